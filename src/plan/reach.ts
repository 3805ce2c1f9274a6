import type { Topology } from '../topology/model.js'

/* Which edges lead requests to which instances. */

interface Found {
  host: string
  resource: string
}

/** Whether instances of one host have a way to those of another. */
export const isRouted = ({ network }: Pick<Topology, 'network'>): boolean => network?.betweenHosts === 'routed'

/** Whether the edge of a host leads to an instance: to those of its own host, and where there is a way, to all of a resource that it exposes. */
export const leadsTo = (topology: Topology, edge: string, { host, resource }: Found): boolean =>
  host === edge || (isRouted(topology) && topology.resources[resource]?.on.includes(edge) === true)

/**
 * Hosts whose edges may lead to an instance, its own first: by what is declared now, or by a declaration that an edge may have been told
 * before.
 */
export const edgesLeadingTo = (topologies: readonly Topology[], { host, resource }: Found): string[] => [
  ...new Set([
    host,
    ...topologies.flatMap((topology) => (isRouted(topology) ? (topology.resources[resource]?.on ?? []) : [])),
  ]),
]

/** What an edge calls an instance. Two hosts may have one of the same name, while it moves from one to the other. */
export const serverName = (edge: string, { instance, host }: { instance: string; host: string }): string =>
  host === edge ? instance : `${instance}${SEPARATOR}${host}`

/** The instance behind a name that an edge uses. */
export function behind(edge: string, server: string): { instance: string; host: string } {
  const [instance = '', host = edge] = server.split(SEPARATOR)
  return { instance, host }
}

// Neither names of instances nor names of hosts have one.
const SEPARATOR = '.'
