import { defaultPayloadConverter } from '@temporalio/common'
import { tsToMs } from '@temporalio/common/lib/time.js'
import type { coresdk, google, temporal } from '@temporalio/proto'

export type Job = coresdk.workflow_activation.IWorkflowActivationJob
export type Command = coresdk.workflow_commands.IWorkflowCommand
export type Payload = temporal.api.common.v1.IPayload
export type Failure = temporal.api.failure.v1.IFailure

export const encode = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)
export const decode = (payload: Payload | null | undefined): unknown =>
  payload == null ? undefined : defaultPayloadConverter.fromPayload(payload)
export const decodeAll = (payloads: Payload[] | null | undefined): unknown[] => (payloads ?? []).map(decode)

/** What an activity or a workflow failed with, of its own. */
export function applicationFailure(error: {
  message: string
  type: string
  nonRetryable?: boolean
  details?: unknown[]
}): Failure {
  const { message, type, nonRetryable = false, details = [] } = error
  return { message, applicationFailureInfo: { type, nonRetryable, details: { payloads: details.map(encode) } } }
}

export const cancelledFailure = (message = 'cancelled'): Failure => ({ message, canceledFailureInfo: {} })
export const terminatedFailure = (): Failure => ({ message: 'Terminated', terminatedFailureInfo: {} })
export const timeoutFailure = (timeoutType: Timeout): Failure => ({
  message: 'activity timed out',
  timeoutFailureInfo: { timeoutType: TIMEOUTS[timeoutType] },
})

export type Timeout = 'START_TO_CLOSE' | 'SCHEDULE_TO_START' | 'SCHEDULE_TO_CLOSE' | 'HEARTBEAT'
const TIMEOUTS = { START_TO_CLOSE: 1, SCHEDULE_TO_START: 2, SCHEDULE_TO_CLOSE: 3, HEARTBEAT: 4 } as const

export const inActivity = (activityType: string, activityId: string, cause: Failure): Failure => ({
  message: 'Activity task failed',
  activityFailureInfo: { activityType: { name: activityType }, activityId, retryState: 0 },
  cause,
})

export const inChild = (
  child: { workflowId: string; workflowType: string },
  message: string,
  cause: Failure,
): Failure => ({
  message,
  childWorkflowExecutionFailureInfo: {
    namespace: NAMESPACE,
    workflowExecution: { workflowId: child.workflowId },
    workflowType: { name: child.workflowType },
  },
  cause,
})

export const NAMESPACE = 'default'

/** A duration in ms; 0 where there is none. */
export const msOf = (duration: google.protobuf.IDuration | null | undefined): number =>
  duration == null ? 0 : tsToMs(duration)
