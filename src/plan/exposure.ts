import { certificateReason } from './certificates.js'
import type { Change, Revision } from './model.js'
import { behind } from './reach.js'
import { routesFor, type TrafficState } from './routes.js'
import type { TopologyRoutes } from '../traffic/model.js'

/** What the public ports of a host do. */
export interface Exposure {
  host: string
  /** null: the edge knows nothing of the topology. */
  current: TopologyRoutes | null
}

/**
 * Public ports that do not lead where the declaration says: a port was added or changed without any instance changing, or
 * somebody changed the edge. Instances that change anyway are not named twice.
 */
export function exposureChanges(
  revision: Revision,
  traffic: TrafficState,
  exposures: readonly Exposure[],
  changing: ReadonlySet<string>,
): Change[] {
  return exposures.flatMap(({ host, current }) => {
    const wanted = routesFor(revision.topology, host, traffic)
    const reasons = [
      ...portReasons(wanted, current, revision),
      ...memberReasons(wanted, current, (server) => changing.has(behind(host, server).instance)),
    ]
    if (reasons.length === 0) return []
    const [resource = ''] = Object.entries(revision.topology.resources).flatMap(([name, { expose }]) =>
      expose.length > 0 ? [name] : [],
    )
    return [{ action: 'update' as const, resource, instance: EDGE, host, reasons, drift: false, live: true }]
  })
}

const EDGE = 'cul8er-edge'

function portReasons(wanted: TopologyRoutes, current: TopologyRoutes | null, revision: Revision): string[] {
  const now = new Map((current?.routes ?? []).map((route) => [key(route), route]))
  const then = new Map(wanted.routes.map((route) => [key(route), route]))
  const meant = declared(revision)
  return [
    ...[...then].flatMap(([name, route]) => {
      const actual = now.get(name)
      if (actual === undefined) return [`port ${name} is closed, should route to ${route.pool}`]
      if (actual.pool !== route.pool) return [`port ${name} routes to ${actual.pool}, should route to ${route.pool}`]
      if (actual.protocol !== route.protocol) {
        return [`port ${name} uses ${actual.protocol}, should use ${route.protocol}`]
      }
      return route.protocol === 'https' ? (certificateReason(route, actual.certificate, revision) ?? []) : []
    }),
    ...[...now.keys()]
      .filter((name) => !then.has(name) && !meant.has(name))
      .map((name) => `port ${name} is open but not declared`),
  ]
}

/** One whose instances have all stopped has no servers to lead to now, and has them again with the instances. */
const declared = ({ topology }: Revision): Set<string> =>
  new Set(Object.values(topology.resources).flatMap(({ expose }) => expose.map(key)))

function memberReasons(
  wanted: TopologyRoutes,
  current: TopologyRoutes | null,
  isChanging: (server: string) => boolean,
): string[] {
  if (current === null) return []
  const places = (routes: TopologyRoutes): Map<string, string> =>
    new Map(
      routes.pools.flatMap((pool) =>
        pool.servers.map((server): [string, string] => [
          `${server.name} in ${pool.name}`,
          `${server.address}:${server.port}`,
        ]),
      ),
    )
  const [then, now] = [places(wanted), places(current)]
  return [...then].flatMap(([name, place]) => {
    if (isChanging(name.split(' ')[0] ?? '')) return []
    const actual = now.get(name)
    return actual === place
      ? []
      : [`${name} is ${actual === undefined ? 'missing' : `at ${actual}`}, should be at ${place}`]
  })
}

const key = ({ as, host }: { as: number; host: string | null }): string =>
  host === null ? String(as) : `${as} of ${host}`
