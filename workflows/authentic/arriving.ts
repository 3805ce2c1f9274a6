import type { coresdk, temporal } from '@temporalio/proto'
import { PAYLOAD_KIND, type PayloadKind } from '../../src/contracts/index.js'
import { errorFailure } from './error-failure.js'
import { kindIn, refusedPayload } from './payloads.js'

type Job = coresdk.workflow_activation.IWorkflowActivationJob
type Payload = temporal.api.common.v1.IPayload
type Failure = temporal.api.failure.v1.IFailure

/**
 * A job as the workflow may take it: what was not made for this place is replaced by a refused payload or a failure. A signal that is
 * not authentic has nobody to be told, and is left out.
 */
export function checked(job: Job): Job[] {
  const { initializeWorkflow: start, signalWorkflow: signal, doUpdate, queryWorkflow: query } = job
  if (start != null) {
    const { continuedFromExecutionRunId: continued, parentWorkflowInfo: parent } = start
    start.arguments = expected(start.arguments, continued ? 'continued' : parent == null ? 'request' : 'child')
  }
  if (signal != null && (signal.input ?? []).some((payload) => !isMadeFor(payload, 'request'))) return []
  if (doUpdate != null) doUpdate.input = expected(doUpdate.input, 'request')
  if (query != null) query.arguments = expected(query.arguments, 'request')
  settled(job.resolveActivity?.result, 'result')
  settled(job.resolveChildWorkflowExecution?.result, 'end')
  return [job]
}

interface Settled {
  completed?: { result?: Payload | null } | null
  failed?: { failure?: Failure | null } | null
  cancelled?: { failure?: Failure | null } | null
}

/** How an activity or a child ended: an answer that is not authentic counts as a failure that no retry mends. */
function settled(result: Settled | null | undefined, kind: PayloadKind): void {
  if (result == null) return
  const payload = result.completed?.result
  if (payload != null && !isMadeFor(payload, kind)) {
    delete result.completed
    result.failed = { failure: errorFailure('an answer was refused: nobody with the key of this home made it') }
  }
  for (let failure = result.failed?.failure; failure != null; failure = failure.cause) withoutRefused(failure)
}

/** Details that are not authentic are none. */
function withoutRefused({ applicationFailureInfo: info }: Failure): void {
  if (info?.details?.payloads?.some((payload) => kindIn(payload) === 'refused') === true) info.details = null
}

const expected = (payloads: Payload[] | null | undefined, kind: PayloadKind): Payload[] =>
  (payloads ?? []).map((payload) =>
    isMadeFor(payload, kind) || kindIn(payload) === 'refused'
      ? payload
      : refusedPayload(`it was made as ${kindIn(payload) ?? 'nothing'}, and this is for a ${kind}`),
  )

/** Without a codec nothing has a kind. */
const isMadeFor = (payload: Payload, kind: PayloadKind): boolean =>
  payload.metadata?.[PAYLOAD_KIND] == null || kindIn(payload) === kind
