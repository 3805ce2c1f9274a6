import type { ErrorReport } from '../errors.js'
import type { Change, Role } from './model.js'

/** An instance as its labels describe it. */
export interface FoundInstance {
  name: string
  host: string
  resource: string
  /** Absent: an older worker looked. */
  index?: number | null
  role: Role
  /** `shop@1.0.0`; null: no release. */
  release: string | null
  digest: string
  revision: number
}

/** What hosts have of a topology, against what its file says. */
export interface Found {
  instances: FoundInstance[]
  /** The highest numbers that labels and names of snapshots show. */
  numbers: { operation: number; revision: number }
  /** What a deploy of the file would change. */
  changes: Change[]
}

/** Names of the instances that live and are as the file says. */
export function agreeing({ instances, changes }: Found): string[] {
  const differing = new Set(changes.flatMap(({ instance, replaces }) => [instance, replaces ?? instance]))
  return instances.flatMap(({ name, role }) => (role === 'live' && !differing.has(name) ? [name] : []))
}

/** Why no state can be made of it, or null. */
export function notRebuilt(topology: string, found: Found): ErrorReport | null {
  if (found.instances.length === 0) {
    return {
      code: 'NOT_FOUND',
      message: `the hosts of the file have no instance of ${topology}`,
      hint: `cul8er deploy ${topology} starts over; is this the file that it was deployed from?`,
    }
  }
  if (agreeing(found).length > 0) return null
  return {
    code: 'STATE_LOST',
    message: `none of ${found.instances.length} instances of ${topology} agrees with the file: ${found.changes[0]?.reasons[0] ?? 'none is live'}`,
    hint: 'use the file and the version that were deployed last, and the seal.key of that home: with another key every secret counts as changed',
    details: { changes: found.changes.slice(0, 20) },
  }
}
