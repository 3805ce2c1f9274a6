import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure, defaultPayloadConverter, RawValue } from '@temporalio/common'
import { encode } from '@temporalio/common/lib/encoding.js'
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker'
import type { ErrorReport } from '../src/errors.js'
import {
  historyIn,
  isActivityIdOf,
  isRefused,
  PAYLOAD_HISTORY,
  PAYLOAD_KIND,
  refusal,
  SAME_KEY,
  type PayloadKind,
} from '../src/contracts/index.js'

/**
 * Activities do nothing unless it was asked for with the key, and of an activity of their type. What they answer says that it is the
 * answer.
 */
export const authenticActivities: ActivityInterceptorsFactory = () => ({ inbound })

const inbound: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    const { activityId, activityType, workflowExecution } = activityInfo()
    const refused = input.args.find(isRefused)
    if (refused !== undefined) throw refusedFailure(refusal(`the input of ${activityType}`, refused))
    // A workflow says last which run of it asks, and before that which history (workflows/authentic/leaving.ts).
    const asked = workflowExecution === undefined ? input.args : input.args.slice(0, -1)
    const history = workflowExecution === undefined ? null : historyIn(asked.at(-1))
    const args = history === null ? asked : asked.slice(0, -1)
    if (args.length === 0 || !isActivityIdOf(activityId, activityType)) {
      throw refusedFailure(`the input of ${activityType} was refused: it is not for activity ${activityId}`)
    }
    if (workflowExecution !== undefined && input.args.at(-1) !== workflowExecution.runId) {
      throw refusedFailure(`the input of ${activityType} was refused: another run of the workflow sent it`)
    }
    return asResult(await next({ ...input, args }), history)
  },
}

/**
 * Anybody may read heartbeats and reasons of failed attempts, which are signed too: they must not pass for the answer, nor may the answer
 * to a question of another history.
 */
function asResult(value: unknown, history: string | null): RawValue {
  const payload = defaultPayloadConverter.toPayload(value)
  const kind = encode('result' satisfies PayloadKind)
  const asked: Record<string, Uint8Array> = history === null ? {} : { [PAYLOAD_HISTORY]: encode(history) }
  return RawValue.fromPayload({ ...payload, metadata: { ...payload.metadata, [PAYLOAD_KIND]: kind, ...asked } })
}

function refusedFailure(message: string): ApplicationFailure {
  const report: ErrorReport = {
    code: 'PERMISSION',
    message,
    hint: SAME_KEY,
  }
  return ApplicationFailure.create({ type: report.code, message, nonRetryable: true, details: [report] })
}
