export interface LabOptions {
  hosts: number
  /** Tells labs that are up side by side apart. Up to 7 small letters and digits; default `lab`. */
  name?: string
  /** Default `dir`: no file system has to be made. With `btrfs` a snapshot takes 50 ms instead of a second. */
  storage?: 'dir' | 'btrfs'
  /** This machine's images cul8er/NAME that each host gets; default tiny and edge. */
  images?: readonly string[]
  /** Instances on different hosts reach each other at their own addresses. Default true. */
  routed?: boolean
  /** This machine reaches instances at their own addresses too, not only hosts. Default false. */
  reachInstances?: boolean
  /** Each host's Incus answers over HTTPS at port 8443 of its address. Default false. */
  https?: boolean
}

/** A lab as it is going to be. */
export type LabPlan = Required<LabOptions>

/** @throws RangeError for what no lab can be */
export function planOf({ hosts, ...options }: LabOptions): LabPlan {
  const plan: LabPlan = {
    name: 'lab',
    storage: 'dir',
    images: ['tiny', 'edge'],
    routed: true,
    reachInstances: false,
    https: false,
    ...options,
    hosts,
  }
  // Interfaces have names of 15 characters at most.
  if (!/^[a-z][a-z0-9]{0,6}$/.test(plan.name)) throw new RangeError(`no name of a lab: ${plan.name}`)
  if (!Number.isInteger(hosts) || hosts < 1 || hosts > 50) throw new RangeError(`no number of hosts: ${hosts}`)
  return plan
}
