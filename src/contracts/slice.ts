import { defineQuery } from '@temporalio/workflow'
import type { ErrorReport } from '../errors.js'
import type { TrafficState } from '../plan/routes.js'
import type { Proven } from './at.js'
import type { StepRecord } from './operation.js'
import type { Compensation, LaneFailure } from './procedure.js'

/** What an operation goes on with when a slice of its procedure has ended. Never a failure: compensations must not get lost. */
export interface SliceEnd {
  traffic: TrafficState
  compensations: Compensation[]
  proven: Proven[]
  dirty: string[]
  failures: LaneFailure[]
  lost: string[]
  /** Hosts whose edges it could not tell; absent: none, or a worker of before. */
  behind?: string[]
  /** Instances that made room. */
  removed?: string[]
  steps: StepRecord[]
  error: ErrorReport | null
}

/** The end of a slice as it would be now; also asked of one that was terminated. */
export const sliceSoFar = defineQuery<SliceEnd>('sliceSoFar')
