import type { WorkflowInterceptorsFactory } from '@temporalio/workflow'

/** Where hours pass in a moment, no heartbeat comes in time: attempts are bounded by their own time alone. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) => next({ ...input, options: { ...input.options, heartbeatTimeout: undefined } }),
    },
  ],
})
