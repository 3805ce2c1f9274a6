import { coresdk } from '@temporalio/proto'
import { cancelledFailure, inChild, terminatedFailure, type Failure, type Job, type Payload } from './payloads.js'
import type { Run } from './run.js'
import type { Server } from './server.js'

type Start = coresdk.workflow_commands.IStartChildWorkflowExecution
const { ABANDON, TRY_CANCEL, WAIT_CANCELLATION_REQUESTED } = coresdk.child_workflow.ChildWorkflowCancellationType
const { PARENT_CLOSE_POLICY_ABANDON, PARENT_CLOSE_POLICY_REQUEST_CANCEL } = coresdk.child_workflow.ParentClosePolicy

/** How a run of a workflow ended. */
export type End =
  | { how: 'completed'; result: Payload }
  | { how: 'failed'; failure: Failure }
  | { how: 'cancelled' }
  | { how: 'terminated' }

/** A child as its parent knows it: asked for, started, ended. */
export class Child {
  /** The parent still waits for news of it. */
  awaited = true
  private started = false
  private cancelAsked = false
  /** Its workflow is closed; another may have its id by now. */
  private over = false

  constructor(
    private readonly server: Server,
    private readonly parent: Run,
    private readonly command: Start,
  ) {
    server.later(`start of ${this.workflowId} (${command.workflowType})`, () => this.start())
  }

  get workflowId(): string {
    return this.command.workflowId!
  }

  /** What the parent is told at once, if anything. */
  cancel({ unsent }: { unsent: boolean }): Job | null {
    if (!this.awaited) return null
    const { cancellationType, seq } = this.command
    if (unsent) {
      this.awaited = false
      const failure = inChild(this, 'Child Workflow Execution cancelled before scheduled', cancelledFailure())
      return { resolveChildWorkflowExecutionStart: { seq, cancelled: { failure } } }
    }
    if (cancellationType === ABANDON || cancellationType === TRY_CANCEL) {
      this.awaited = false
      if (cancellationType === TRY_CANCEL) this.requestCancel()
      return this.ended({ cancelled: { failure: this.cancelled() } })
    }
    this.requestCancel()
    return null
  }

  /** The parent is closed. */
  abandon({ parentEnded }: { parentEnded: boolean }): void {
    this.awaited = false
    const { parentClosePolicy } = this.command
    if (this.over || !parentEnded || parentClosePolicy === PARENT_CLOSE_POLICY_ABANDON) return
    if (parentClosePolicy === PARENT_CLOSE_POLICY_REQUEST_CANCEL) this.requestCancel()
    else
      this.server.later(`${this.workflowId} is terminated with its parent`, () => {
        // What the server has not begun by then it does not begin.
        if (!this.started) this.over = true
        else if (!this.over) this.server.terminate(this.workflowId)
      })
  }

  get workflowType(): string {
    return this.command.workflowType!
  }

  private start(): void {
    // A child that was cancelled before the server began it starts all the same, and is cancelled then.
    const { seq, workflowId, workflowType, input } = this.command
    if (this.over) return
    if (this.server.isOpen(workflowId!)) {
      this.server.say(`${workflowId} is there already`)
      this.server.disturb(workflowId!, 'its id was taken')
      if (this.awaited)
        this.tell({ resolveChildWorkflowExecutionStart: { seq, failed: { workflowId, workflowType, cause: 1 } } })
      this.awaited = false
      return
    }
    const parent = { workflowId: this.parent.id, runId: this.parent.beginning.runId }
    const run = this.server.start(workflowType!, workflowId!, input ?? [], { parent, ended: (end) => this.hear(end) })
    this.started = true
    if (this.awaited) {
      this.tell({ resolveChildWorkflowExecutionStart: { seq, succeeded: { runId: run.beginning.runId } } })
    }
    if (this.cancelAsked) this.sendCancel()
  }

  private hear(end: End): void {
    this.over = true
    if (!this.awaited) return
    this.server.later(`${this.parent.id} hears of the end of ${this.workflowId}`, () => {
      if (!this.awaited) return
      this.awaited = false
      this.tell(this.ended(this.result(end)))
    })
  }

  private result(end: End): coresdk.child_workflow.IChildWorkflowResult {
    switch (end.how) {
      case 'completed':
        return { completed: { result: end.result } }
      case 'failed':
        return { failed: { failure: inChild(this, 'Child Workflow execution failed', end.failure) } }
      case 'terminated':
        return { failed: { failure: inChild(this, 'Child Workflow execution terminated', terminatedFailure()) } }
      case 'cancelled':
        return { cancelled: { failure: this.cancelled() } }
    }
  }

  private requestCancel(): void {
    if (this.cancelAsked) return
    this.cancelAsked = true
    if (this.started) this.sendCancel()
  }

  private sendCancel(): void {
    this.server.later(`${this.workflowId} is asked to cancel by its parent`, () => {
      if (this.over) return
      this.server.disturb(this.workflowId, 'its parent cancelled it')
      this.server.cancel(this.workflowId)
      if (this.command.cancellationType !== WAIT_CANCELLATION_REQUESTED || !this.awaited) return
      this.awaited = false
      this.tell(this.ended({ cancelled: { failure: this.cancelled() } }))
    })
  }

  private cancelled(): Failure {
    return inChild(this, 'Child Workflow execution cancelled', cancelledFailure())
  }

  private ended(result: coresdk.child_workflow.IChildWorkflowResult): Job {
    return { resolveChildWorkflowExecution: { seq: this.command.seq, result } }
  }

  private tell(job: Job): void {
    if (!this.parent.closed) this.parent.inbox.push(job)
  }
}
