import type { Lane, Place } from '../contracts/index.js'
import { leaving } from './lanes.js'

/** Removals at a time: enough to keep a host busy, few enough not to flood it. */
export const REMOVALS_AT_ONCE = 10

/** One instance leaves for good. */
export const removed = (at: Place): Lane => ({ instance: at.name, host: at.host, steps: leaving(at) })
