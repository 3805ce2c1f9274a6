import { someOf } from '../some-of.js'
import type { Topology } from '../topology/model.js'
import type { Revision } from './model.js'
import type { PlannedChange } from './planned-change.js'
import { poolsOf, sharing } from './pools.js'

/** What a person should know before agreeing to a plan, beyond what changes. */
export function notesOf({ topology }: Revision, changes: readonly PlannedChange[]): string[] {
  const { strategy, resources } = topology
  const updated = changes.filter(({ action, live }) => action === 'update' && !live)
  return [
    ...Object.entries(resources).flatMap(([name, { expose }]) =>
      expose
        .filter(({ protocol, certificate }) => protocol === 'https' && certificate === null)
        .map(({ as }) => `${name}: port ${as} answers with a self-signed certificate, for development only`),
    ),
    ...(strategy.approach === 'blueGreen' ? [] : alone(topology, updated)),
    ...(strategy.approach === 'recreate' ? takenDown(topology, updated) : []),
    ...(strategy.rollback.snapshot === 'always' && updated.length > 0
      ? [`rollback.snapshot is 'always': if the update fails, what ${list(updated)} wrote since the snapshot is lost`]
      : []),
    ...deletions(changes),
  ]
}

/** In place, a resource's only instance cannot be out of the traffic and serve, unless another resource has its ports too. */
function alone({ resources }: Topology, updated: readonly PlannedChange[]): string[] {
  return [...new Set(updated.map(({ resource }) => resource))].flatMap((name) => {
    const resource = resources[name]
    return resource !== undefined &&
      resource.expose.length > 0 &&
      (resource.replicas ?? 1) === 1 &&
      !resource.expose.every(({ pool }) => pool !== undefined && hasOther(resources, name, pool))
      ? [
          `${name} has one instance: its requests are refused while it is updated (replicas: 2, or blueGreen, avoid that)`,
        ]
      : []
  })
}

/** Each host has its own public ports. */
const hasOther = (resources: Topology['resources'], name: string, pool: string): boolean =>
  sharing({ resources }, pool).some(
    (other) => other !== name && resources[other]?.on.some((host) => resources[name]?.on.includes(host) === true),
  )

function takenDown(topology: Topology, updated: readonly PlannedChange[]): string[] {
  const pools = updated.flatMap(({ resource }) => poolsOf(topology.resources[resource]))
  return [...new Set(pools)].map(
    (pool) =>
      `recreate takes all of pool ${pool} (${sharing(topology, pool).join(', ')}) out at once: its requests are refused meanwhile`,
  )
}

function deletions(changes: readonly PlannedChange[]): string[] {
  const gone = changes.filter(({ action, from }) => action === 'delete' && from?.role === 'live' && !from.stateful)
  return gone.length === 0 ? [] : [`deleting ${list(gone)} cannot be undone: its data and snapshots go too`]
}

const list = (changes: readonly PlannedChange[]): string =>
  someOf(
    changes.map(({ from, instance }) => from?.name ?? instance),
    3,
  )
