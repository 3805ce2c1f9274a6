import { TypedSearchAttributes } from '@temporalio/common'
import { msToTs } from '@temporalio/common/lib/time.js'
import { coresdk } from '@temporalio/proto'
import type { Workflow } from '@temporalio/worker/lib/workflow/interface.js'
import Long from 'long'
import { decode, encode, NAMESPACE, type Command, type Job, type Payload } from './payloads.js'
import type { Sandbox } from './sandbox.js'
import { commandWords, difference } from './words.js'

/** What a run is begun with. */
export interface Beginning {
  type: string
  id: string
  runId: string
  args: Payload[]
  at: number
  seed: number
  parent?: { workflowId: string; runId: string }
}

interface Activation {
  jobs: Job[]
  now: number
  continueAsNewSuggested: boolean
  commands: Command[]
}

/** A workflow whose code went wrong in a task: a worker would try again for ever. */
export class TaskFailed extends Error {}
/** A replay that did not give the commands of the first time. */
export class NotDeterministic extends Error {}

/** One run of a workflow: what a server keeps of it, and what a worker remembers until it dies. */
export class Run {
  /** What happened to it since its last task. */
  readonly inbox: Job[] = []
  continueAsNewSuggested = false
  closed = false
  private readonly history: Activation[] = []
  /** Behaviours of the SDK that its history was made with; without them a replay follows those of older SDKs. */
  private readonly flags = new Set<number>()
  private memory: Workflow | null = null

  constructor(
    private readonly sandbox: Sandbox,
    readonly beginning: Beginning,
  ) {
    const { type, id, args, at, parent } = beginning
    this.inbox.push({
      initializeWorkflow: {
        ...{ workflowType: type, workflowId: id, arguments: args, headers: {}, startTime: msToTs(at) },
        ...(parent === undefined ? {} : { parentWorkflowInfo: { namespace: NAMESPACE, ...parent } }),
      },
    })
  }

  get id(): string {
    return this.beginning.id
  }

  get type(): string {
    return this.beginning.type
  }

  get remembered(): boolean {
    return this.memory !== null
  }

  /** The first activation of a task: all of the inbox, in the order in which the SDK's core delivers it. */
  async begin(now: number): Promise<{ jobs: Job[]; commands: Command[] }> {
    const jobs = this.inbox.splice(0).sort((a, b) => rank(a) - rank(b))
    return { jobs, commands: await this.proceed(jobs, now) }
  }

  /** An activation; also one that follows at once in the same task. */
  async proceed(jobs: Job[], now: number): Promise<Command[]> {
    const memory = await this.remember()
    const activation = { jobs, now, continueAsNewSuggested: this.continueAsNewSuggested }
    const commands = await this.activate(memory, activation, false)
    this.keep({ ...activation, commands })
    return commands
  }

  async query(queryType: string, ...args: unknown[]): Promise<unknown> {
    const jobs = [{ queryWorkflow: { queryId: 'q', queryType, arguments: args.map(encode), headers: {} } }]
    // The sandbox hands queries on as they are: they must be of the proto class.
    const activation = coresdk.workflow_activation.WorkflowActivation.fromObject({ runId: this.beginning.runId, jobs })
    const { successful, failed } = await (await this.remember()).activate(activation)
    const answer = successful?.commands?.[0]?.respondToQuery
    if (answer?.succeeded != null) return decode(answer.succeeded.response)
    throw new TaskFailed(`${this.id}: query ${queryType}: ${failed?.failure?.message ?? answer?.failed?.message}`)
  }

  /** Its worker died, or needs the room. */
  async forget(): Promise<void> {
    await this.memory?.dispose()
    this.memory = null
  }

  // What a validator refused is in no history, and neither is a task that brought nothing else.
  private keep(activation: Activation): void {
    const accepted = new Set(
      activation.commands.flatMap(({ updateResponse: u }) => (u?.accepted == null ? [] : [u.protocolInstanceId])),
    )
    const isKept = (id: string | null | undefined): boolean => accepted.has(id) || this.acceptedBefore.has(id)
    const jobs = activation.jobs.filter(({ doUpdate: u }) => u == null || isKept(u.protocolInstanceId))
    const commands = activation.commands.filter(
      ({ updateResponse: u }) => u?.rejected == null || isKept(u.protocolInstanceId),
    )
    accepted.forEach((id) => this.acceptedBefore.add(id))
    if (jobs.length + commands.length > 0) this.history.push({ ...activation, jobs, commands })
  }

  private readonly acceptedBefore = new Set<string | null | undefined>()

  /** As it is in memory; else replayed from its history. */
  private async remember(): Promise<Workflow> {
    if (this.memory !== null) return this.memory
    const memory = await this.create()
    for (const activation of this.history) {
      const replayed = await this.activate(memory, activation, true)
      const [before, now] = [commandWords(activation.commands), commandWords(replayed)]
      if (now !== before) throw new NotDeterministic(`${this.id} replays differently:\n${difference(before, now)}`)
    }
    return (this.memory = memory)
  }

  private create(): Promise<Workflow> {
    const { type: workflowType, id: workflowId, runId, at, seed, parent } = this.beginning
    const startTime = new Date(at)
    const info = {
      ...{ workflowType, workflowId, runId, firstExecutionRunId: runId, originalExecutionRunId: runId, attempt: 1 },
      ...{ namespace: NAMESPACE, taskQueue: 'sim', startTime, runStartTime: startTime, taskTimeoutMs: 10_000 },
      ...{ searchAttributes: {}, typedSearchAttributes: new TypedSearchAttributes(), historyLength: 3, historySize: 0 },
      ...{ continueAsNewSuggested: false, unsafe: { isReplaying: false } },
      ...(parent === undefined ? {} : { parent: { namespace: NAMESPACE, ...parent } }),
    }
    const options = { info, randomnessSeed: Long.fromNumber(seed).toBytes(), now: at, failureExceptionTypeNames: [] }
    return this.sandbox.createWorkflow({ ...options, showStackTraceSources: false } as never)
  }

  private async activate(
    memory: Workflow,
    { jobs, now, continueAsNewSuggested, commands }: Omit<Activation, 'commands'> & { commands?: Command[] },
    isReplaying: boolean,
  ): Promise<Command[]> {
    const { successful, failed } = await memory.activate({
      runId: this.beginning.runId,
      timestamp: msToTs(now),
      isReplaying,
      historyLength: 3 + 10 * this.history.length,
      continueAsNewSuggested,
      availableInternalFlags: [...this.flags],
      jobs: isReplaying ? [...patchesIn(commands ?? []), ...jobs.map(withoutValidator)] : jobs,
    })
    // Logs and the like would pile up.
    await memory.getAndResetSinkCalls()
    if (failed != null) throw new TaskFailed(`${this.id}: a workflow task fails: ${failed.failure?.message}`)
    successful?.usedInternalFlags?.forEach((flag) => this.flags.add(flag))
    return successful?.commands ?? []
  }
}

/** The order is that of the SDK's core (`prepare_to_ship_activation`); equals stay in the order of their arrival. */
const rank = (job: Job): number => {
  if (job.initializeWorkflow != null) return 0
  return job.signalWorkflow != null || job.doUpdate != null ? 1 : 2
}

/** A replay is told in advance of the patches that its markers name. */
const patchesIn = (commands: Command[]): Job[] =>
  commands.flatMap(({ setPatchMarker: p }) => (p == null ? [] : [{ notifyHasPatch: { patchId: p.patchId } }]))

const withoutValidator = (job: Job): Job =>
  job.doUpdate == null ? job : { doUpdate: { ...job.doUpdate, runValidator: false } }
