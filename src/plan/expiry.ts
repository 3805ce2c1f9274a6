import type { Expiry } from '../contracts/ttl.js'
import { hostsOf, type Past } from './where.js'

interface Expiring extends Past {
  topology: string
  desired: number | null
  expiresAt: string | null
}

/** When a topology is destroyed by itself, and where it may be. */
export function expiryOf(state: Expiring): Expiry {
  const { topology, desired, revisions } = state
  const project = revisions.find(({ number }) => number === desired)?.topology.project ?? null
  return {
    topology,
    expiresAt: desired === null ? null : state.expiresAt,
    project,
    hosts: hostsOf(state, desired),
  }
}
