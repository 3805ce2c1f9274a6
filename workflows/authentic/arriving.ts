import { defaultPayloadConverter } from '@temporalio/common'
import type { coresdk, temporal } from '@temporalio/proto'
import { isEnd, PAYLOAD_KIND, type PayloadKind } from '../../src/contracts/index.js'
import { isReport } from '../engine/failure.js'
import { errorFailure } from './error-failure.js'
import { historyOf, kindIn, refusedPayload, runIn } from './payloads.js'

type Job = coresdk.workflow_activation.IWorkflowActivationJob
type Payload = temporal.api.common.v1.IPayload
type Failure = temporal.api.failure.v1.IFailure

/** What is known of the workflow that a job is for. */
export interface Receiver {
  /** It was started with a payload that says what it is for: a codec is there, and all else must be signed as well. */
  signed: boolean
  /** What tells its histories apart; null: it is not known. */
  history?: string | null
}

/**
 * What tells this history of a workflow from the others: its first random seed, which the SDK draws from the run that began it. A reset,
 * which goes on as another run, leaves it.
 */
export function historyBegun({ initializeWorkflow: start }: Job): string | null {
  const seed = start?.randomnessSeed
  return seed == null ? null : String(seed)
}

/** Whether a workflow is started with payloads that a codec saw to. */
export const isSigned = (job: Job): boolean => (job.initializeWorkflow?.arguments ?? []).some((p) => kindIn(p) !== null)

/**
 * A job as the workflow may take it: what was not made for this place is replaced by a refused payload or a failure. A signal that is
 * not authentic has nobody to be told, and is left out.
 */
export function checked(job: Job, { signed, history = null }: Receiver): Job[] {
  const { initializeWorkflow: start, signalWorkflow: signal, doUpdate, queryWorkflow: query } = job
  if (start != null) {
    const { continuedFromExecutionRunId: continued, parentWorkflowInfo: parent } = start
    // What a workflow gave to another one is worth nothing from any other: a stranger's may have a child, or an id of ours.
    if (continued) start.arguments = expected(start.arguments, 'continued', continued)
    else if (parent != null) start.arguments = expected(start.arguments, 'child', parent.runId ?? '')
    else start.arguments = expected(start.arguments, 'request')
  }
  if (signal != null && (signal.input ?? []).some((payload) => !isMadeFor(payload, 'request'))) return []
  if (doUpdate != null) doUpdate.input = expected(doUpdate.input, 'request')
  if (query != null) query.arguments = expected(query.arguments, 'request')
  settled(job.resolveActivity?.result, { kind: 'result', signed, history })
  settled(job.resolveChildWorkflowExecution?.result, { kind: 'end', signed })
  return [job]
}

interface Settled {
  completed?: { result?: Payload | null } | null
  failed?: { failure?: Failure | null } | null
  cancelled?: { failure?: Failure | null } | null
}

/** How an activity or a child ended: an answer that is not authentic counts as a failure that no retry mends. */
function settled(
  result: Settled | null | undefined,
  { kind, signed, history = null }: { kind: PayloadKind } & Receiver,
): void {
  if (result == null) return
  if (result.completed != null) {
    const { result: payload } = result.completed
    // Who has nothing to say signs that, too.
    if (payload == null ? signed : !isMadeFor(payload, kind) || !isAskedBy(payload, history)) {
      delete result.completed
      result.failed = { failure: errorFailure('a response was refused: it is not signed with the key of this home') }
      return
    }
  }
  for (let failure = result.failed?.failure; failure != null; failure = failure.cause) {
    withoutRefused(failure)
    if (signed) withoutText(failure)
  }
}

/** What a failure says in words of its own is anybody's: only signed details count, and the kinds that the server makes. */
function withoutText(failure: Failure): void {
  const { applicationFailureInfo: info, activityFailureInfo, childWorkflowExecutionFailureInfo } = failure
  if (info == null) {
    if (failure.timeoutFailureInfo ?? failure.canceledFailureInfo) return
    if (activityFailureInfo ?? childWorkflowExecutionFailureInfo) return
    if (failure.terminatedFailureInfo != null) failure.message = 'it was terminated'
    else Object.assign(failure, errorFailure(UNSIGNED), { cause: null })
    return
  }
  // A heartbeat is signed too, but is no reason.
  if (!saysWhy(info.details?.payloads?.[0])) Object.assign(failure, errorFailure(UNSIGNED))
  failure.cause = null
}

/** Whether it is a report, or the end of an operation that did not succeed. */
function saysWhy(detail: Payload | undefined): boolean {
  if (detail === undefined) return false
  const said: unknown = defaultPayloadConverter.fromPayload(detail)
  return isReport(said) || isEnd(said)
}

const UNSIGNED =
  'it failed, and the reason was refused: it is not signed with the key of this home (cul8er service logs worker)'

/** Details that are not authentic are none. */
function withoutRefused({ applicationFailureInfo: info }: Failure): void {
  if (info?.details?.payloads?.some((payload) => kindIn(payload) === 'refused') === true) info.details = null
}

/** @param run - the run that must have made them */
const expected = (payloads: Payload[] | null | undefined, kind: PayloadKind, run?: string): Payload[] =>
  (payloads ?? []).map((payload) => {
    if (kindIn(payload) === 'refused') return payload
    if (!isMadeFor(payload, kind)) {
      return refusedPayload(`it is signed as ${kindIn(payload) ?? 'nothing'}, expected ${kind}`)
    }
    return run === undefined || kindIn(payload) === null || runIn(payload) === run
      ? payload
      : refusedPayload('it was made by another workflow, or by an earlier run of it')
  })

/** Without a codec nothing has a kind. */
const isMadeFor = (payload: Payload, kind: PayloadKind): boolean =>
  payload.metadata?.[PAYLOAD_KIND] == null || kindIn(payload) === kind

/** An older worker does not say it. */
const isAskedBy = (payload: Payload, history: string | null): boolean =>
  historyOf(payload) === null || historyOf(payload) === history
