import { defaultPayloadConverter } from '@temporalio/common'
import type { coresdk, temporal } from '@temporalio/proto'
import { activityIdOf, type Asking, type PayloadKind } from '../../src/contracts/index.js'
import { madeAs } from './payloads.js'

type Command = coresdk.workflow_commands.IWorkflowCommand
type Payload = temporal.api.common.v1.IPayload

/** Who gives a command. */
export interface Giver {
  /** The run of the workflow. */
  run: string
  /** What tells its histories apart, and a reset leaves; null: it is not known. */
  history: string | null
}

/** A command whose payloads say what they are made for. */
export function named(command: Command, { run, history }: Giver): Command {
  const { scheduleActivity, startChildWorkflowExecution: child, continueAsNewWorkflowExecution: again } = command
  const { completeWorkflowExecution: end, updateResponse, respondToQuery } = command
  if (scheduleActivity != null) {
    const { activityType, seq } = scheduleActivity
    scheduleActivity.activityId = activityIdOf(activityType ?? '', seq ?? 0)
    // The activity compares it with the run that it is of: a workflow of the same name that a stranger starts is another one.
    const beside = [...(history === null ? [] : [{ 'cul8er history': history } satisfies Asking]), run]
    const told = [
      ...(scheduleActivity.arguments ?? []),
      ...beside.map((each) => defaultPayloadConverter.toPayload(each)),
    ]
    scheduleActivity.arguments = all(told, 'activity')
  }
  if (child != null) child.input = all(child.input, 'child', run)
  if (again != null) again.arguments = all(again.arguments, 'continued', run)
  if (end?.result != null) end.result = madeAs(end.result, 'end')
  if (updateResponse?.completed != null) updateResponse.completed = madeAs(updateResponse.completed, 'answer')
  const look = respondToQuery?.succeeded
  if (look?.response != null) look.response = madeAs(look.response, 'look')
  return command
}

const all = (payloads: Payload[] | null | undefined, kind: PayloadKind, run?: string): Payload[] =>
  (payloads ?? []).map((payload) => madeAs(payload, kind, run))
