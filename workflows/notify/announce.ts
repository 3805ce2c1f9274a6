import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common'
import { ParentClosePolicy, patched, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow'
import {
  noticeTitle,
  noticeWorkflowId,
  recipientsOf,
  WorkflowType,
  type Announcement,
  type NoticeEvent,
} from '../../src/contracts/index.js'
import type { Revision } from '../../src/plan/model.js'

/**
 * Has those told whom a revision names, by a workflow of its own that outlives the one that asks: neither continue-as-new nor an end of
 * that one loses a notice, and none waits for it. Its id is the event's, so that an event that is announced again, by a ledger that takes
 * over from one that was terminated, is told once. Only that it begins is waited for.
 * @throws Error when it cannot begin, or the revision names a notifier that this cul8er does not know
 */
export async function announce(event: NoticeEvent, revision: Revision | null): Promise<void> {
  const to = revision === null ? [] : recipientsOf(revision, event)
  // A worker of before may have come this far with the same revision, and told nobody.
  if (to.length === 0 || !patched('notify')) return
  try {
    await startChild(WorkflowType.notify, {
      workflowId: noticeWorkflowId(event),
      args: [{ event, to } satisfies Announcement],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      // Of a notice that no worker takes up, nobody needs to hear after a day.
      workflowExecutionTimeout: 24 * 60 * 60_000,
      staticSummary: noticeTitle(event),
    })
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
  }
}
