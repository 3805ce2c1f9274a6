import type { Counts } from '../topology/counts.js'
import { placeKey } from './place-key.js'
import type { PlannedChanges } from './plan.js'
import type { PlannedChange } from './planned-change.js'

/**
 * A plan without what is not of a scaling. Nobody asked for that, and nobody looked at it: what differs by hand, what an older state does not
 * know, and what was put aside stay as they are, with every volume.
 */
export function scalingOnly(plan: PlannedChanges, counts: Counts): PlannedChanges {
  const { volumes: _stay, ...rest } = plan
  const made = plan.changes.filter((change) => adds(change, counts))
  const places = new Set(made.map(({ host, instance: name }) => placeKey({ host, name })))
  const isOfIt = (change: PlannedChange): boolean =>
    made.includes(change) ||
    removes(change, counts) ||
    (change.action === 'delete' && places.has(placeKey({ host: change.host, name: change.instance })))
  const left = plan.changes.filter((change) => !isOfIt(change))
  return {
    ...rest,
    changes: plan.changes.filter(isOfIt),
    bystanders: [...plan.bystanders, ...left.flatMap(({ from }) => (from === null ? [] : [from]))],
  }
}

const adds = ({ action, revive, resource, index }: PlannedChange, counts: Counts): boolean =>
  (action === 'create' || (action === 'start' && revive === true)) && (index ?? Infinity) <= countOf(counts, resource)

const removes = ({ action, resource, index, from }: PlannedChange, counts: Counts): boolean =>
  action === 'delete' && from?.role === 'live' && (index ?? 0) > countOf(counts, resource, Infinity)

const countOf = (counts: Counts, resource: string, otherwise = 0): number =>
  Object.hasOwn(counts, resource) ? (counts[resource] ?? otherwise) : otherwise
