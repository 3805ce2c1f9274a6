import type { coresdk, temporal } from '@temporalio/proto'
import { activityIdOf, type PayloadKind } from '../../src/contracts/index.js'
import { madeAs } from './payloads.js'

type Command = coresdk.workflow_commands.IWorkflowCommand
type Payload = temporal.api.common.v1.IPayload

/** A command whose payloads say what they are made for. */
export function named(command: Command): Command {
  const { scheduleActivity, startChildWorkflowExecution: child, continueAsNewWorkflowExecution: again } = command
  const { completeWorkflowExecution: end, updateResponse, respondToQuery } = command
  if (scheduleActivity != null) {
    const { activityType, seq } = scheduleActivity
    scheduleActivity.activityId = activityIdOf(activityType ?? '', seq ?? 0)
    scheduleActivity.arguments = all(scheduleActivity.arguments, 'activity')
  }
  if (child != null) child.input = all(child.input, 'child')
  if (again != null) again.arguments = all(again.arguments, 'continued')
  if (end?.result != null) end.result = madeAs(end.result, 'end')
  if (updateResponse?.completed != null) updateResponse.completed = madeAs(updateResponse.completed, 'answer')
  const look = respondToQuery?.succeeded
  if (look?.response != null) look.response = madeAs(look.response, 'look')
  return command
}

const all = (payloads: Payload[] | null | undefined, kind: PayloadKind): Payload[] =>
  (payloads ?? []).map((payload) => madeAs(payload, kind))
