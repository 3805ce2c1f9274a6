import { SAME_KEY } from '../contracts/index.js'
import { Cul8erError, type ErrorReport } from '../errors.js'

/*
 * What Temporal throws, back to our errors. By name and shape and not by class: an error may come from another copy of the
 * SDK.
 */

/** gRPC status codes (grpc/grpc doc/statuscodes.md). */
const Grpc = {
  cancelled: 1,
  deadline: 4,
  notFound: 5,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
} as const

/** The error that a workflow, an update or an activity failed with. */
export function toCul8erError(error: unknown): Cul8erError {
  if (error instanceof Cul8erError) return error
  const report = reportIn(error)
  if (report !== null) return new Cul8erError(report.code, report.message, { ...report, cause: error })
  if (isNotFound(error)) {
    return new Cul8erError('NOT_FOUND', 'no such workflow on the Temporal server', { cause: error })
  }
  const refused = [...chain(error)].map(messageOf).find((message) => /^query \w+ was refused: /.test(message))
  if (refused !== undefined) return new Cul8erError('PERMISSION', refused, { hint: SAME_KEY, cause: error })
  if (
    [...chain(error)].some((each) =>
      /workflow task in failed state|unexpected workflow task failure|TMPRL1100/i.test(messageOf(each)),
    )
  ) {
    return new Cul8erError(
      'SERVICE',
      'the worker cannot continue this workflow: another version of cul8er started it, or the key that signed its history is gone',
      {
        hint: 'if the seal key was changed, provide the previous one (seal.key.before, CUL8ER_SEAL_KEY_BEFORE); otherwise run the version that started it until it ends, or terminate it and deploy again',
        cause: error,
      },
    )
  }
  const innermost = [...chain(error)].at(-1)
  return new Cul8erError('INTERNAL', innermost === undefined ? String(error) : messageOf(innermost), { cause: error })
}

/** Nobody took the call: it may be made again. */
export const isNoAnswer = (error: unknown): boolean =>
  [...chain(error)].some(
    (each) =>
      [Grpc.unavailable, Grpc.deadline, Grpc.cancelled].includes(codeOf(each) as never) ||
      nameOf(each) === 'WorkflowUpdateRPCTimeoutOrCancelledError',
  ) || isNoWorker(error)

/** The server answers, and no worker does. */
export const isNoWorker = (error: unknown): boolean =>
  [...chain(error)].some(
    (each) =>
      codeOf(each) === Grpc.deadline ||
      nameOf(each) === 'WorkflowUpdateRPCTimeoutOrCancelledError' ||
      (codeOf(each) === Grpc.failedPrecondition && /poller|worker/i.test(messageOf(each))),
  )

/** The server does not have what was called, or has it switched off. */
export const isUnimplemented = (error: unknown): boolean =>
  [...chain(error)].some((each) => codeOf(each) === Grpc.unimplemented)

/** The server has no workflow of that id. */
export const isNotFound = (error: unknown): boolean =>
  [...chain(error)].some((each) => nameOf(each) === 'WorkflowNotFoundError' || codeOf(each) === Grpc.notFound)

function reportIn(error: unknown): ErrorReport | null {
  for (const each of chain(error)) {
    const [detail] = 'details' in each && Array.isArray(each.details) ? (each.details as unknown[]) : []
    if (isReport(detail)) return detail
  }
  return null
}

/** Whether a value has the form of a report. */
export const isReport = (value: unknown): value is ErrorReport =>
  typeof value === 'object' && value !== null && 'code' in value && 'message' in value

/** An error and its causes, outermost first. */
function* chain(error: unknown): Generator<object> {
  const seen = new Set<unknown>()
  for (let each = error; typeof each === 'object' && each !== null && !seen.has(each);) {
    seen.add(each)
    yield each
    each = (each as { cause?: unknown }).cause
  }
}

const nameOf = (error: object): unknown => (error as { name?: unknown }).name
const codeOf = (error: object): unknown => (error as { code?: unknown }).code
const messageOf = (error: object): string => {
  const { message } = error as { message?: unknown }
  return typeof message === 'string' ? message : 'unknown error'
}

/** An activity did not begin or end in time, or was heard of no more. @param type - of what time; absent: whichever */
export const isTimeout = (error: unknown, type?: string): boolean =>
  [...chain(error)].some(
    (each) =>
      nameOf(each) === 'TimeoutFailure' &&
      (type === undefined || (each as { timeoutType?: unknown }).timeoutType === type),
  )
