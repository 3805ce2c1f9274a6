import type { HostCheck } from '../../contracts/hosts.js'

/** One thing that doctor looked at. */
export type Check = HostCheck
