import type { Lane, Place } from '../contracts/index.js'
import type { VolumeAt } from '../plan/volumes.js'
import { leaving } from './lanes.js'

/** Removals at a time: enough to keep a host busy, few enough not to flood it. */
export const REMOVALS_AT_ONCE = 10

/** One volume is deleted for good, with its snapshots. */
export const volumeRemoved = (volume: VolumeAt): Lane => ({
  host: volume.host,
  steps: [{ kind: 'deleteVolume', volume }],
})

/** One instance leaves for good. */
export const removed = (at: Place): Lane => ({ instance: at.name, host: at.host, steps: leaving(at) })
