import { defaultPayloadConverter, TypedSearchAttributes } from '@temporalio/common'
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js'
import { coresdk, type temporal } from '@temporalio/proto'
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js'
import type { Workflow } from '@temporalio/worker/lib/workflow/interface.js'
import { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js'
import Long from 'long'
import { workflowBundle } from './bundle.js'

type Job = coresdk.workflow_activation.IWorkflowActivationJob
type Command = coresdk.workflow_commands.IWorkflowCommand
type Payload = temporal.api.common.v1.IPayload

const encode = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)
const decode = (payload: Payload | null | undefined): unknown =>
  payload == null ? undefined : defaultPayloadConverter.fromPayload(payload)

const BEGIN = Date.parse('2026-03-01T12:00:00Z')

/**
 * One workflow in the SDK's own sandbox, without a server: the test says what happens in which order, and what arrives together.
 * Activities and starts of children are answered in the next task by themselves; ends of children, timers and updates come when
 * the test says so.
 */
export class Scripted {
  now = BEGIN
  continueAsNewSuggested = false
  /** Ids of children that were started and have not ended. */
  readonly children = new Map<string, number>()
  /** What was ever asked to start, in order. */
  readonly started: string[] = []
  readonly answers = new Map<string, unknown>()
  /** What the workflow continues with. */
  continued: unknown = null
  closed = false
  private readonly timers = new Map<number, number>()
  private next: Job[] = []

  private constructor(
    private readonly creator: VMWorkflowCreator,
    private readonly workflow: Workflow,
    private readonly activities: Record<string, (input: never) => unknown>,
  ) {}

  static async start(
    workflowType: string,
    workflowId: string,
    input: unknown,
    activities: Record<string, (input: never) => unknown>,
  ): Promise<Scripted> {
    const { code } = await workflowBundle()
    const names = new Set(Object.keys(activities))
    const creator = await VMWorkflowCreator.create(parseWorkflowCode(code), 10_000, names)
    const begin = new Date(BEGIN)
    const runId = 'run-1'
    const info = {
      ...{ workflowType, workflowId, runId, firstExecutionRunId: runId, originalExecutionRunId: runId, attempt: 1 },
      ...{ namespace: 'default', taskQueue: 'test', startTime: begin, runStartTime: begin, taskTimeoutMs: 10_000 },
      ...{ searchAttributes: {}, typedSearchAttributes: new TypedSearchAttributes(), historyLength: 3, historySize: 0 },
      ...{ continueAsNewSuggested: false, unsafe: { isReplaying: false } },
    }
    const workflow = await creator.createWorkflow({
      info,
      randomnessSeed: Long.fromNumber(1).toBytes(),
      now: BEGIN,
      failureExceptionTypeNames: [],
      showStackTraceSources: false,
    } as never)
    const scripted = new Scripted(creator, workflow, activities)
    const what = { workflowType, workflowId, arguments: [encode(input)], headers: {}, startTime: msToTs(BEGIN) }
    scripted.next.push({ initializeWorkflow: what })
    await scripted.settle()
    return scripted
  }

  async stop(): Promise<void> {
    await this.workflow.dispose()
    await this.creator.destroy()
  }

  /** Happens with the next task. */
  update(name: string, id: string, input: unknown): void {
    const doUpdate = { id, protocolInstanceId: id, name, input: [encode(input)], headers: {}, runValidator: true }
    this.next.push({ doUpdate: { ...doUpdate, meta: { identity: 'test', updateId: id } } })
  }

  /** All that is due by `now` fires with the next task. */
  fire(): void {
    for (const [seq, at] of this.timers) {
      if (at > this.now) continue
      this.timers.delete(seq)
      this.next.push({ fireTimer: { seq } })
    }
  }

  /** A child ends with the next task. */
  end(workflowId: string, result: unknown): void {
    this.resolve(workflowId, { completed: { result: encode(result) } })
  }

  /** A child fails with the next task, with `detail` as the first detail of its failure. */
  fail(workflowId: string, type: string, detail: unknown): void {
    const cause = { message: type, applicationFailureInfo: { type, details: { payloads: [encode(detail)] } } }
    const childWorkflowExecutionFailureInfo = { workflowExecution: { workflowId }, workflowType: { name: 'child' } }
    this.resolve(workflowId, { failed: { failure: { message: 'child', cause, childWorkflowExecutionFailureInfo } } })
  }

  private resolve(workflowId: string, result: coresdk.child_workflow.IChildWorkflowResult): void {
    const seq = this.children.get(workflowId)
    if (seq === undefined) throw new Error(`no child ${workflowId}, but ${[...this.children.keys()].join(', ')}`)
    this.children.delete(workflowId)
    this.next.push({ resolveChildWorkflowExecution: { seq, result } })
  }

  cancel(): void {
    this.next.push({ cancelWorkflow: { reason: 'a test' } })
  }

  get timerCount(): number {
    return this.timers.size
  }

  /** One task after another until nothing happens by itself any more. */
  async settle(): Promise<void> {
    while (this.next.length > 0 && !this.closed) await this.task()
  }

  async query(queryType: string): Promise<unknown> {
    const jobs = [{ queryWorkflow: { queryId: 'q', queryType, arguments: [], headers: {} } }]
    const { successful, failed } = await this.workflow.activate(
      coresdk.workflow_activation.WorkflowActivation.fromObject({ runId: 'run-1', jobs }),
    )
    const answer = successful?.commands?.[0]?.respondToQuery
    if (answer?.succeeded == null) throw new Error(`query: ${failed?.failure?.message ?? answer?.failed?.message}`)
    return decode(answer.succeeded.response)
  }

  /** Everything that waits, in the order that Core puts it in: updates before all that is resolved. */
  private async task(): Promise<void> {
    const rank = (job: Job): number => (job.initializeWorkflow ? 0 : job.doUpdate ? 1 : 2)
    const jobs = this.next.splice(0).sort((a, b) => rank(a) - rank(b))
    const { successful, failed } = await this.workflow.activate(
      coresdk.workflow_activation.WorkflowActivation.fromObject({
        runId: 'run-1',
        timestamp: msToTs(this.now),
        isReplaying: false,
        historyLength: 10,
        continueAsNewSuggested: this.continueAsNewSuggested,
        jobs,
      }),
    )
    if (failed != null) throw new Error(`a workflow task failed: ${failed.failure?.message}`)
    await this.workflow.getAndResetSinkCalls()
    for (const command of successful?.commands ?? []) this.obey(command)
  }

  private obey(command: Command): void {
    const { startTimer, cancelTimer, scheduleActivity, startChildWorkflowExecution: child, updateResponse } = command
    if (startTimer != null) this.timers.set(startTimer.seq!, this.now + tsToMs(startTimer.startToFireTimeout))
    if (cancelTimer != null) this.timers.delete(cancelTimer.seq!)
    if (scheduleActivity != null) {
      const run = this.activities[scheduleActivity.activityType!]
      if (run === undefined) throw new Error(`no activity ${scheduleActivity.activityType}`)
      const result = encode(run(decode(scheduleActivity.arguments?.[0]) as never))
      this.next.push({ resolveActivity: { seq: scheduleActivity.seq, result: { completed: { result } } } })
    }
    if (child != null) {
      this.started.push(child.workflowId!)
      this.children.set(child.workflowId!, child.seq!)
      const resolved = { seq: child.seq, succeeded: { runId: child.workflowId } }
      this.next.push({ resolveChildWorkflowExecutionStart: resolved })
    }
    if (updateResponse?.completed != null) {
      this.answers.set(updateResponse.protocolInstanceId!, decode(updateResponse.completed))
    }
    if (updateResponse?.rejected != null) {
      const { applicationFailureInfo, message } = updateResponse.rejected
      this.answers.set(updateResponse.protocolInstanceId!, `${applicationFailureInfo?.type ?? ''}: ${message}`)
    }
    const renewed = command.continueAsNewWorkflowExecution
    if (renewed != null) this.continued = decode(renewed.arguments?.[0])
    this.closed ||=
      renewed != null ||
      command.completeWorkflowExecution != null ||
      command.failWorkflowExecution != null ||
      command.cancelWorkflowExecution != null
  }
}
