import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure } from '@temporalio/common'
import type { ActivityInterceptorsFactory } from '@temporalio/worker'
import { tellsNotice } from '../src/contracts/index.js'
import type { Fence } from '../src/fence/store.js'
import { overtaken } from '../src/plan/state-behind.js'
import { operationOf } from './operation-of.js'

/**
 * Refuses what an operation asks for after a later one of its topology has begun. Temporal never has two in progress; but one that was when
 * its database was backed up goes on when that is restored, with a plan for instances as they were then.
 */
export const fencedActivities =
  (fence: Fence): ActivityInterceptorsFactory =>
  () => ({
    inbound: {
      async execute(input, next) {
        const workflowId = activityInfo().workflowExecution?.workflowId ?? ''
        const { topology, operation } = operationOf(workflowId)
        if (topology === undefined || operation === undefined || tellsNotice(workflowId)) return next(input)
        const last = await fence.lastBegun(topology)
        if (last < operation) await fence.begins(topology, operation)
        if (last <= operation) return next(input)
        const report = overtaken(topology, operation, last)
        throw ApplicationFailure.create({
          ...{ type: report.code, message: report.message, details: [report] },
          nonRetryable: true,
        })
      },
    },
  })
