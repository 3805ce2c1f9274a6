import { PROBES } from '../health/probes/registry.js'
import { holdsData } from '../topology/holds-data.js'
import type { Expose, Resource, Topology } from '../topology/model.js'
import type { Pool, PoolCheck, Route, Server, TopologyRoutes } from '../traffic/model.js'
import type { Color } from '../naming/instance-names.js'
import { incusName } from '../naming/instance-names.js'
import { sharedPoolName, sharing } from './pools.js'
import { leadsTo, serverName } from './reach.js'

/** An instance that may take traffic, as an operation keeps track of it. */
export interface Member {
  instance: string
  resource: string
  color: Color
  host: string
  address: string
  /** 0 to 256, relative to the others of its pool. */
  weight: number
  state: 'ready' | 'drain'
  /** Its resource is declared no more, but others share its public ports: it stays in these pools until it goes. */
  leaves?: { pool: string; port: number }[]
}

export interface TrafficState {
  members: Member[]
  /** blueGreen: the color that the public ports lead to, by resource. */
  active: Record<string, Color>
}

/** Weight of an instance when nothing else is asked for. */
export const FULL_WEIGHT = 100

/**
 * What the edge of a host shall do for a topology: a function of the members alone, so it can be said again after any crash.
 *
 * @param alsoDeclared - by what else some of the members are declared
 */
export function routesFor(
  topology: Topology,
  host: string,
  { members, active }: TrafficState,
  alsoDeclared: readonly Topology[] = [],
): TopologyRoutes {
  const exposed = Object.entries(topology.resources).filter(([, { expose }]) => expose.length > 0)
  const here = members.filter((member) => leadsTo(topology, host, member))
  const server = serverAt(host)
  const routes: Route[] = []
  const pools: Pool[] = []
  for (const [name, resource] of exposed) {
    const own = here.filter(({ resource: of }) => of === name)
    if (own.length === 0) continue
    const check = checkOf(
      resource,
      alsoDeclared.map(({ resources }) => resources[name]),
    )
    for (const expose of resource.expose) {
      if (expose.pool !== undefined) {
        const pool = sharedPoolName(topology.name, { pool: expose.pool, as: expose.as })
        const servers = own.map((m) => server(m, expose.port))
        const known = pools.find((each) => each.name === pool)
        if (known !== undefined) {
          known.servers.push(...servers)
          continue
        }
        const { protocol, sticky } = expose
        const common = commonCheck(topology, expose.pool, alsoDeclared)
        pools.push({
          name: pool,
          protocol: protocol === 'tcp' ? 'tcp' : 'http',
          sticky,
          servers: [
            ...servers,
            ...leaving(
              here.filter(({ resource: of }) => !isExposed(topology, of)),
              { pool, server },
            ),
          ],
          ...(common === null ? {} : { check: common }),
        })
        routes.push({ as: expose.as, protocol, host: expose.host, certificate: null, pool })
        continue
      }
      const colors = poolsByColor(topology, resource) ? colorsOf(own, active[name]) : ['' as const]
      for (const set of colors) {
        pools.push({
          name: poolName(topology.name, name, expose.port, set),
          protocol: expose.protocol === 'tcp' ? 'tcp' : 'http',
          sticky: expose.sticky,
          servers: own.filter(({ color }) => colors.length === 1 || color === set).map((m) => server(m, expose.port)),
          ...(check === null ? {} : { check }),
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
          colors.length === 1 ? (colors[0] ?? '') : (active[name] ?? ''),
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
      !now.routes.some((route) => isSame(route, old) && (serving.has(route.pool) || route.pool === old.pool)) &&
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

const isExposed = ({ resources }: Topology, resource: string): boolean => (resources[resource]?.expose.length ?? 0) > 0

/** Servers of resources that are declared no more. */
const leaving = (
  here: readonly Member[],
  { pool, server }: { pool: string; server: ReturnType<typeof serverAt> },
): Server[] =>
  here.flatMap((member) =>
    (member.leaves ?? []).flatMap((each) => (each.pool === pool ? [server(member, each.port)] : [])),
  )

/** The check of a shared pool: its own one, where all that share it declare the same, before and now. */
function commonCheck(topology: Topology, pool: string, others: readonly Topology[]): PoolCheck | null {
  const all = [topology, ...others]
  const names = [...new Set(all.flatMap((each) => sharing(each, pool)))]
  const declared = [
    ...sharing(topology, pool).map((name) => topology.resources[name]),
    ...others.flatMap((other) => names.map((name) => other.resources[name])),
  ]
  const [first, ...rest] = declared.map(declaredCheck)
  return rest.every((each) => JSON.stringify(each) === JSON.stringify(first)) ? (first ?? null) : null
}

/** The app's own check, where all declare the same: what is as it was before may not know the path that is asked now. */
function checkOf(resource: Resource, others: readonly (Resource | undefined)[]): PoolCheck | null {
  const check = declaredCheck(resource)
  const same = others.every((other) => JSON.stringify(declaredCheck(other)) === JSON.stringify(check))
  return same ? check : null
}

function declaredCheck(resource: Resource | undefined): PoolCheck | null {
  const healthcheck = resource?.healthcheck ?? null
  const asked = healthcheck === null ? null : PROBES.balancerCheck(healthcheck.probe)
  if (healthcheck === null || asked === null) return null
  return { ...asked, intervalMs: healthcheck.intervalMs, timeoutMs: healthcheck.timeoutMs }
}

/** The pool that an entry's public port leads to, with the color where the resource has two sets. */
export const poolOf = (
  topology: string,
  resource: string,
  { pool, as, port }: Pick<Expose, 'pool' | 'as' | 'port'>,
  color: Color,
): string => (pool === undefined ? poolName(topology, resource, port, color) : sharedPoolName(topology, { pool, as }))

/** `<topology>-<resource>-<port>`, with the color when a resource has two sets. */
export const poolName = (topology: string, resource: string, port: number, color: Color): string =>
  [incusName(topology), incusName(resource), port, ...(color === '' ? [] : [color])].join('-')

/** A set of each color has a pool of its own, and the public ports lead to one of them. */
export const poolsByColor = (topology: Topology, resource: Pick<Resource, 'stateful' | 'volumes'>): boolean =>
  topology.strategy.approach === 'blueGreen' && !holdsData(resource)

/** Each color that has members; the active one is there even without. */
function colorsOf(own: Member[], active: Color | undefined): Color[] {
  return [...new Set([...(active === undefined ? [] : [active]), ...own.map(({ color }) => color)])]
}

const serverAt =
  (edge: string) =>
  ({ instance, host, address, weight, state }: Member, port: number): Server => ({
    name: serverName(edge, { instance, host }),
    address,
    port,
    weight,
    state,
  })

/** Two public ports may lead to the same port of the app. */
const uniquePools = (pools: Pool[]): Pool[] => [...new Map(pools.map((pool) => [pool.name, pool])).values()]
