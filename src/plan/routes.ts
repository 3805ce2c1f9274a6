import type { Resource, Topology } from '../topology/model.js'
import type { Pool, Route, Server, TopologyRoutes } from '../traffic/model.js'
import type { Slot } from './model.js'
import { incusName } from './naming.js'

/** An instance that may take traffic, as an operation keeps track of it. */
export interface Member {
  instance: string
  resource: string
  slot: Slot
  host: string
  address: string
  /** 0 to 256, relative to the others of its pool. */
  weight: number
  state: 'ready' | 'drain'
}

export interface TrafficState {
  members: Member[]
  /** blueGreen: the colour that the public ports lead to, by resource. */
  active: Record<string, Slot>
}

/** Weight of an instance when nothing else is asked for. */
export const FULL_WEIGHT = 100

/** What the edge of a host shall do for a topology: a function of the members alone, so it can be said again after any crash. */
export function routesFor(topology: Topology, host: string, { members, active }: TrafficState): TopologyRoutes {
  const exposed = Object.entries(topology.resources).filter(([, { expose }]) => expose.length > 0)
  const here = members.filter((member) => member.host === host)
  const routes: Route[] = []
  const pools: Pool[] = []
  for (const [name, resource] of exposed) {
    const own = here.filter(({ resource: of }) => of === name)
    if (own.length === 0) continue
    for (const expose of resource.expose) {
      const colours = poolsByColour(topology, resource) ? coloursOf(own, active[name]) : ['' as const]
      for (const colour of colours) {
        pools.push({
          name: poolName(topology.name, name, expose.port, colour),
          protocol: expose.protocol === 'tcp' ? 'tcp' : 'http',
          sticky: expose.sticky,
          servers: own.filter(({ slot }) => colours.length === 1 || slot === colour).map((m) => server(m, expose.port)),
        })
      }
      routes.push({
        as: expose.as,
        protocol: expose.protocol,
        host: expose.host,
        certificate: null,
        pool: poolName(
          topology.name,
          name,
          expose.port,
          colours.length === 1 ? (colours[0] ?? '') : (active[name] ?? ''),
        ),
      })
    }
  }
  return { topology: topology.name, routes, pools: uniquePools(pools) }
}

/**
 * Routes with those of what goes: a port leads where it led until somebody else serves it, or until everything that was declared does.
 * An edge speaks one protocol at a port.
 */
export function withLeaving(now: TopologyRoutes, before: TopologyRoutes): TopologyRoutes {
  const serving = new Set(
    now.pools.filter(({ servers }) => servers.some((s) => s.state === 'ready' && s.weight > 0)).map(({ name }) => name),
  )
  const isSame = (a: Route, b: Route): boolean => a.as === b.as && a.host === b.host
  const kept = before.routes.filter(
    (old) =>
      !now.routes.some((route) => isSame(route, old) && serving.has(route.pool)) &&
      now.routes.every((route) => route.as !== old.as || route.protocol === old.protocol),
  )
  if (kept.length === 0) return now
  const pools = new Set(kept.map(({ pool }) => pool))
  return {
    topology: now.topology,
    routes: [...now.routes.filter((route) => !kept.some((old) => isSame(route, old))), ...kept],
    pools: uniquePools([...now.pools, ...before.pools.filter(({ name }) => pools.has(name))]),
  }
}

/** `<topology>-<resource>-<port>`, with the colour when a resource has two sets. */
export const poolName = (topology: string, resource: string, port: number, colour: Slot): string =>
  [incusName(topology), incusName(resource), port, ...(colour === '' ? [] : [colour])].join('-')

/** A set of each colour has a pool of its own, and the public ports lead to one of them. */
export const poolsByColour = (topology: Topology, resource: Pick<Resource, 'stateful'>): boolean =>
  topology.strategy.approach === 'blueGreen' && !resource.stateful

/** Each colour that has members; the active one is there even without. */
function coloursOf(own: Member[], active: Slot | undefined): Slot[] {
  return [...new Set([...(active === undefined ? [] : [active]), ...own.map(({ slot }) => slot)])]
}

const server = ({ instance, address, weight, state }: Member, port: number): Server => ({
  name: instance,
  address,
  port,
  weight,
  state,
})

/** Two public ports may lead to the same port of the app. */
const uniquePools = (pools: Pool[]): Pool[] => [...new Map(pools.map((pool) => [pool.name, pool])).values()]
