import { instanceName } from '../../naming/instance-names.js'
import type { Replicate } from '../../topology/model.js'
import type { Labels, ObservedInstance, ReplicaLabels, Revision } from '../model.js'
import { isHalfDone } from '../half-done.js'
import { oursOf } from '../ours.js'
import type { Ours } from '../planned-change.js'
import { replicaKey, replicas, type Replica } from '../specs.js'

/** A copy that replication keeps, as its host shows it. */
export type Copy = ObservedInstance & { labels: Labels & { replica: ReplicaLabels } }

/** The copies of a topology among all that hosts show, whether they are declared or not. */
export const copiesOf = (topology: string, observed: readonly ObservedInstance[]): Copy[] =>
  observed.flatMap((instance) => {
    const { labels } = instance
    return labels?.topology === topology && labels.replica !== undefined
      ? [{ ...instance, labels: { ...labels, replica: labels.replica } }]
      : []
  })

/** A copy that is declared. */
export interface WantedCopy extends Replica {
  key: string
  /** Name of the original, and so of the copy. */
  instance: string
  /** Where it is to be. */
  host: string
  /** What is to be copied; null: it was not found, or there are several. */
  original: Ours | null
  /** How many live in its place. */
  originals: number
  /** What its host has of that name, the copy or another's; null: nothing, or the host gave no answer. */
  there: ObservedInstance | null
  replicate: Replicate
}

/** Whether no operation left the original half changed; `dirty`: what was left so. */
export const isWhole = ({ original }: Pick<WantedCopy, 'original'>, dirty: readonly string[]): boolean =>
  original === null || !isHalfDone(original, dirty)

/** Tells copies apart. */
export const copyKey = (replica: Replica, host: string): string => `${replicaKey(replica)}@${host}`

/** The copies that a revision declares, against what hosts show. */
export function wantedCopies(revision: Revision, observed: readonly ObservedInstance[]): WantedCopy[] {
  const { name: topology, resources } = revision.topology
  const ours = oursOf(topology, observed)
  const copies = copiesOf(topology, observed)
  return replicas(revision).flatMap((replica) => {
    const { replicate } = resources[replica.resource] ?? {}
    if (replicate === undefined) return []
    const key = replicaKey(replica)
    const live = ours.filter(({ labels }) => labels.role === 'live' && replicaKey(labels) === key)
    const original = live.length === 1 ? (live[0] ?? null) : null
    return replicate.to.map((host) => {
      const copy = copies.find((each) => each.host === host && replicaKey(each.labels) === key)
      const instance = original?.name ?? copy?.name ?? instanceName(topology, replica.resource, replica.index)
      const there = observed.find((each) => each.host === host && each.name === instance) ?? null
      return {
        ...replica,
        key: copyKey(replica, host),
        instance,
        host,
        original,
        originals: live.length,
        there,
        replicate,
      }
    })
  })
}

/**
 * What a copy says of itself; null: what is there is none. What it holds is of no moment that is still to come: it would not be due until
 * then, and look current.
 */
export function replicaOf({ there }: Pick<WantedCopy, 'there'>, now: number): ReplicaLabels | null {
  const said = there?.labels?.replica ?? null
  return said?.at != null && Date.parse(said.at) > now + CLOCKS_DIFFER_MS ? { ...said, at: null } : said
}

/** ms by which the clocks of two workers may differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000

/** Copies that no revision declares any more. */
export function undeclaredCopies(revision: Revision, observed: readonly ObservedInstance[]): Copy[] {
  const wanted = new Set(wantedCopies(revision, observed).map(({ key }) => key))
  return copiesOf(revision.topology.name, observed).filter(({ labels, host }) => !wanted.has(copyKey(labels, host)))
}
