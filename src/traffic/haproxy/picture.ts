import { createHash } from 'node:crypto'
import { Cul8erError } from '../../errors.js'
import type { Pool, PoolCheck, Route, TopologyRoutes } from '../model.js'

/** A route as the edge keeps it: the certificate by its fingerprint, so that no private key is read along with routes. */
export interface StoredRoute extends Omit<Route, 'certificate'> {
  certificate: string | null
}

export interface StoredTopology {
  topology: string
  routes: StoredRoute[]
  pools: Pool[]
}

/** Splits what apply() is told into what is read often and the PEM texts by fingerprint. */
export function store({ topology, routes, pools }: TopologyRoutes): {
  stored: StoredTopology
  pems: Record<string, string>
} {
  const pems: Record<string, string> = {}
  const stored = routes.map(({ certificate, ...route }): StoredRoute => {
    if (route.protocol !== 'https' || certificate === null) return { ...route, certificate: null }
    const pem = `${certificate.certPem.trim()}\n${certificate.keyPem.trim()}\n`
    const fingerprint = createHash('sha256').update(pem).digest('hex').slice(0, 32)
    pems[fingerprint] = pem
    return { ...route, certificate: fingerprint }
  })
  return { stored: { topology, routes: stored, pools }, pems }
}

/** The inverse of store. */
export async function restore(
  { topology, routes, pools }: StoredTopology,
  read: (fingerprints: string[]) => Promise<string[]>,
): Promise<TopologyRoutes> {
  const fingerprints = [...new Set(routes.flatMap(({ certificate }) => certificate ?? []))]
  const pems = await read(fingerprints)
  const certificateOf = (fingerprint: string): Route['certificate'] => {
    const pem = pems[fingerprints.indexOf(fingerprint)] ?? ''
    const key = pem.search(/^-----BEGIN [A-Z ]*PRIVATE KEY-----$/m)
    return { certPem: pem.slice(0, key), keyPem: pem.slice(key) }
  }
  return {
    topology,
    routes: routes.map((route) => ({
      ...route,
      certificate: route.certificate === null ? null : certificateOf(route.certificate),
    })),
    pools,
  }
}

/**
 * What is written into a configuration must be plain words: nothing in it may end a line or begin an option. And the topologies
 * of one host must not claim the same thing.
 * @throws Cul8erError EDGE naming what is wrong or who claims it
 */
export function checkPicture(topologies: readonly StoredTopology[]): void {
  for (const topology of topologies) checkWords(topology)
  const claims = new Map<string, string>()
  const ports = new Map<number, { protocol: string; topology: string }>()
  for (const { topology, routes, pools } of topologies) {
    for (const { name } of pools) claim(claims, `pool ${name}`, topology)
    for (const { as, host, protocol, pool } of routes) {
      claim(claims, host === null ? `port ${as}` : `port ${as} for ${host.toLowerCase()}`, topology)
      const other = ports.get(as)
      if (other !== undefined && other.protocol !== protocol) {
        throw edgeError(
          `port ${as} is ${other.protocol} for ${other.topology} and cannot be ${protocol} for ${topology}`,
        )
      }
      ports.set(as, { protocol, topology })
      const target = pools.find(({ name }) => name === pool)
      if (target === undefined)
        throw edgeError(`port ${as} of ${topology} routes to a pool '${pool}' that it does not have`)
      if ((target.protocol === 'tcp') !== (protocol === 'tcp')) {
        throw edgeError(`port ${as} of ${topology} is ${protocol}, its pool '${pool}' is ${target.protocol}`)
      }
    }
  }
}

const edgeError = (message: string): Cul8erError =>
  new Cul8erError('EDGE', message, { hint: 'change `as` or `host` of one of them' })

function claim(claims: Map<string, string>, what: string, topology: string): void {
  const owner = claims.get(what)
  if (owner !== undefined)
    throw edgeError(`${what} is claimed by ${owner === topology ? `${topology} twice` : `${owner} and ${topology}`}`)
  claims.set(what, topology)
}

function checkWords({ topology, routes, pools }: StoredTopology): void {
  expectWord('topology', topology)
  for (const { as, host } of routes) {
    expectPort('as', as)
    if (host !== null) expectWord('host', host)
  }
  for (const { name, servers, check } of pools) {
    expectWord('pool', name)
    if (check !== undefined) expectCheck(name, check)
    for (const server of servers) {
      expectWord('server', server.name)
      expectPort(`port of ${server.name}`, server.port)
      if (!ADDRESS.test(server.address)) throw bad(`address of ${server.name}`, server.address, 'an IP address')
      if (!Number.isInteger(server.weight) || server.weight < 0 || server.weight > 256) {
        throw bad(`weight of ${server.name}`, server.weight, 'a whole number from 0 to 256')
      }
    }
  }
}

function expectCheck(pool: string, { scheme, port, path, expectedStatus, intervalMs, timeoutMs }: PoolCheck): void {
  expectPort(`check port of ${pool}`, port)
  if (!PATH.test(path)) throw bad(`check path of ${pool}`, path, 'a path of ASCII characters without spaces')
  for (const number of [expectedStatus ?? 200, intervalMs, timeoutMs]) {
    if (!Number.isInteger(number) || number < 1) throw bad(`check of ${pool}`, number, 'a whole number')
  }
  if (scheme !== 'http' && scheme !== 'https') throw bad(`check of ${pool}`, scheme, 'http, https')
}

const PATH = /^\/[\x21-\x7e]{0,1100}$/
const WORD = /^[A-Za-z0-9_.-]{1,200}$/
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$/

function expectWord(what: string, value: string): void {
  if (!WORD.test(value)) throw bad(what, value, 'letters, digits, dots, dashes and underscores')
}

function expectPort(what: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw bad(what, value, 'a port from 1 to 65535')
}

const bad = (what: string, found: unknown, allowed: string): Cul8erError =>
  new Cul8erError('EDGE', `${what} is ${JSON.stringify(found)}; allowed: ${allowed}`)
