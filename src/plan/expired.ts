import type { LedgerState } from '../contracts/ledger.js'
import type { ExpiryReached } from '../contracts/ttl.js'
import { parseTopology } from '../topology/parse.js'
import type { Topology } from '../topology/model.js'
import { digestOf } from './digest.js'
import type { ObservedInstance } from './model.js'
import { numbersShown } from './numbers-shown.js'
import { oursOf } from './ours.js'

/** Whether all that is there of a topology says of its expiry what is said elsewhere; null: nothing is there. */
export function expiryAgrees(
  { topology, expiresAt }: Pick<ExpiryReached, 'topology' | 'expiresAt'>,
  observed: readonly ObservedInstance[],
): boolean | null {
  const ours = oursOf(topology, observed)
  return ours.length === 0 ? null : ours.every(({ labels }) => labels.expires === expiresAt)
}

/** A topology on whose instances stands that their time is over. */
export interface ExpiredGroup {
  topology: string
  expiresAt: string
  project: string | null
  owner: string | null
  instances: { name: string; host: string }[]
}

/** Who is still there `graceMs` after the time on its label, by topology. */
export function expiredGroups(observed: readonly ObservedInstance[], nowMs: number, graceMs: number): ExpiredGroup[] {
  const groups = new Map<string, ExpiredGroup>()
  for (const topology of new Set(observed.flatMap(({ labels }) => labels?.topology ?? []))) {
    for (const { labels, name, host, project = null } of oursOf(topology, observed)) {
      const { expires, owner = null } = labels
      if (expires === undefined || Date.parse(expires) + graceMs > nowMs) continue
      const key = JSON.stringify([topology, expires, project, owner])
      const group = groups.get(key) ?? { topology, expiresAt: expires, project, owner, instances: [] }
      group.instances.push({ name, host })
      groups.set(key, group)
    }
  }
  return [...groups.values()]
}

/**
 * The state of a ledger that is gone with all that it knew: what is on those hosts is to be destroyed, and nothing is declared any more. Its
 * numbers are above those that the labels have.
 */
export function remains(
  { topology: name, expiresAt, project, hosts }: ExpiryReached,
  observed: readonly ObservedInstance[],
): LedgerState {
  const { operation, revision } = numbersShown(oursOf(name, observed))
  const number = Math.max(1, revision)
  const topology = emptyTopology({ name, project, hosts })
  return {
    topology: name,
    desired: number,
    attempted: number,
    stable: number,
    stableBefore: [],
    revisions: [{ number, digest: digestOf({ topology }), topology, artifacts: {}, sealed: {}, createdAt: expiresAt }],
    history: [],
    current: null,
    expiresAt,
    lastOperation: operation,
    lastRevision: number,
    dirty: [],
    standby: null,
  }
}

/** With every default filled in, and without resources, which no file may declare. */
function emptyTopology({ name, project, hosts }: Pick<Topology, 'name' | 'project' | 'hosts'>): Topology {
  const parsed = parseTopology({
    name,
    hosts: { nowhere: { address: 'localhost', platform: 'debian' } },
    resources: { nothing: { image: 'none' } },
  })
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return { ...parsed.topology, project, hosts, resources: {} }
}
