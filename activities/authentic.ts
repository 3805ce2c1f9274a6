import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker'
import type { ErrorReport } from '../src/errors.js'
import { isActivityIdOf, isRefused, refusal } from '../src/contracts/index.js'

/** Activities do nothing that nobody with the key asked for, or that was asked of an activity of another type. */
export const authenticActivities: ActivityInterceptorsFactory = () => ({ inbound })

const inbound: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    const { activityId, activityType } = activityInfo()
    const refused = input.args.find(isRefused)
    if (refused !== undefined) throw refusedFailure(refusal(`what ${activityType} was asked`, refused))
    if (input.args.length === 0 || !isActivityIdOf(activityId, activityType)) {
      throw refusedFailure(`what ${activityType} was asked was refused: it is not for activity ${activityId}`)
    }
    return next(input)
  },
}

function refusedFailure(message: string): ApplicationFailure {
  const report: ErrorReport = {
    code: 'PERMISSION',
    message,
    hint: 'was the seal key changed? a worker that began before goes by the former one: cul8er service stop ends it, and the next command starts another',
  }
  return ApplicationFailure.create({ type: report.code, message, nonRetryable: true, details: [report] })
}
