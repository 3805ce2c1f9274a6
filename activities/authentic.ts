import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker'
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

const refusedFailure = (message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, 'PERMISSION')
