import type { Revision } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { instanceName } from '../naming/instance-names.js'
import { inWords, replicaKey, replicas, type Replica } from './specs.js'
import type { Ours } from './planned-change.js'

/**
 * Instances whose resource got another name that is the same one to Incus (`my_db` and `my-db`, the resource `api-1` and replica 1
 * of `api`): they are the new resource's from here on, so that nothing is deleted to make room for itself.
 */
export function adoptByName(revision: Revision, ours: readonly Ours[]): Ours[] {
  const declared = new Set(replicas(revision).map(replicaKey))
  if (ours.every(({ labels }) => declared.has(replicaKey(labels)))) return [...ours]
  const byName = (color: Color): Map<string, Replica> =>
    new Map(
      replicas(revision).map((replica) => [
        instanceName(revision.topology.name, replica.resource, replica.index, color),
        replica,
      ]),
    )
  const names = new Map(COLORS.map((color) => [color, byName(color)]))
  return ours.map((instance): Ours => {
    const { name, labels } = instance
    const replica = declared.has(replicaKey(labels)) ? undefined : names.get(labels.color)?.get(name)
    if (replica === undefined) return instance
    const { resource, index } = labels
    return { ...instance, labels: { ...labels, ...replica }, formerly: { resource, index } }
  })
}

const COLORS: readonly Color[] = ['', 'blue', 'green', 'canary']

/** Why an adopted instance changes, in words. */
export function renamed(before: Replica, now: Replica): string {
  if (before.index === now.index) return `resource ${before.resource} is now called ${now.resource}`
  return `${inWords(before)} is now ${inWords(now)}`
}
