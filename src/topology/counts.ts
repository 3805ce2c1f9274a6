import type { Resource, Topology } from './model.js'

/* Numbers of instances that follow the load. A file has their bounds; how many there are at the moment, the stable revision says. */

/** Numbers of instances by resource. */
export type Counts = Record<string, number>

/** As many instances as a resource may ever have; null: one without a number in its name. */
export const mostReplicas = ({ replicas, scaling }: Pick<Resource, 'replicas' | 'scaling'>): number | null =>
  scaling?.max ?? replicas

/** The topology with other numbers of instances, each within its bounds; a resource without bounds keeps the number of its file. */
export function withCounts(topology: Topology, counts: Counts): Topology {
  const resources = Object.fromEntries(
    Object.entries(topology.resources).map(([name, resource]): [string, Resource] => {
      const count = counts[name]
      if (resource.scaling === undefined || count === undefined) return [name, resource]
      const { min, max } = resource.scaling
      return [name, { ...resource, replicas: Math.min(max, Math.max(min, count)) }]
    }),
  )
  return { ...topology, resources }
}

/** What is declared, with as many instances as hosts show, for want of anybody else who knows: the highest of them counts. */
export const countsFound = (
  topology: Topology,
  instances: readonly { resource: string; role: string; index?: number | null }[],
): Topology =>
  withCounts(
    topology,
    Object.fromEntries(
      Object.keys(topology.resources).flatMap((name) => {
        const own = instances.filter(({ resource, role }) => role === 'live' && resource === name)
        return own.length === 0 ? [] : [[name, Math.max(...own.map(({ index }) => index ?? 1))]]
      }),
    ),
  )

/** What is declared, with as many instances as there are: a deploy takes none away from a resource under load. */
export const keepingCounts = (topology: Topology, before: Pick<Topology, 'resources'> | null): Topology =>
  withCounts(
    topology,
    Object.fromEntries(
      Object.entries(before?.resources ?? {}).flatMap(([name, { replicas }]) =>
        replicas === null ? [] : [[name, replicas]],
      ),
    ),
  )
