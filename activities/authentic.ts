import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInboundCallsInterceptor, ActivityInterceptorsFactory } from '@temporalio/worker'
import type { ErrorReport } from '../src/errors.js'
import { isActivityIdOf, isRefused, refusal, SAME_KEY } from '../src/contracts/index.js'

/** Activities do nothing that nobody with the key asked for, or that was asked of an activity of another type. */
export const authenticActivities: ActivityInterceptorsFactory = () => ({ inbound })

const inbound: ActivityInboundCallsInterceptor = {
  async execute(input, next) {
    const { activityId, activityType, workflowExecution } = activityInfo()
    const refused = input.args.find(isRefused)
    if (refused !== undefined) throw refusedFailure(refusal(`what ${activityType} was asked`, refused))
    // A workflow says last which run of it asks (workflows/authentic/leaving.ts).
    const args = workflowExecution === undefined ? input.args : input.args.slice(0, -1)
    if (args.length === 0 || !isActivityIdOf(activityId, activityType)) {
      throw refusedFailure(`what ${activityType} was asked was refused: it is not for activity ${activityId}`)
    }
    if (workflowExecution !== undefined && input.args.at(-1) !== workflowExecution.runId) {
      throw refusedFailure(`what ${activityType} was asked was refused: another run of the workflow asked it`)
    }
    return next({ ...input, args })
  },
}

function refusedFailure(message: string): ApplicationFailure {
  const report: ErrorReport = {
    code: 'PERMISSION',
    message,
    hint: SAME_KEY,
  }
  return ApplicationFailure.create({ type: report.code, message, nonRetryable: true, details: [report] })
}
