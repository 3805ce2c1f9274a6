import { createHash } from 'node:crypto'
import type { Pool } from '../model.js'
import { backend } from './backend.js'
import {
  CERTIFICATES_BACKEND,
  CERTIFICATES_MAP,
  certificateList,
  certificatesOf,
  selfSignedOf,
  type SelfSigned,
} from './certificates.js'
import { DESCRIPTION, preamble } from './global.js'
import { frontend } from './frontend.js'
import { checkPicture, type StoredRoute, type StoredTopology } from './picture.js'
import { mapKey, ROUTES_MAP } from './routes-map.js'

export interface Rendered {
  /** Path relative to the configuration's folder -> text. */
  files: Record<string, string>
  /** Digest of all that only a load can change: everything but servers, certificates and the maps' entries. */
  skeleton: string
  /** Key of the map -> pool. */
  map: Record<string, string>
  /** Every pool of the configuration, with the siblings that stand ready for another color. */
  pools: Pool[]
  /** Public ports, ascending. */
  ports: number[]
  selfSigned: SelfSigned[]
  /** Name of a route's certificate -> that of its PEM text. */
  certificates: Record<string, string>
}

/** HAProxy's configuration for everything on one host. @throws Cul8erError EDGE (checkPicture) */
export function render(topologies: readonly StoredTopology[]): Rendered {
  checkPicture(topologies)
  const sorted = [...topologies].sort((a, b) => (a.topology < b.topology ? -1 : 1))
  const byPort = routesByPort(sorted.flatMap(({ routes }) => routes))
  const routes = [...byPort.values()].flat()
  const certificates = certificatesOf(routes)
  const pools = sorted.flatMap((topology) => withSiblings(topology.pools))
  const lists = Object.fromEntries(
    [...byPort]
      .filter(([, routes]) => routes[0]?.protocol === 'https')
      .map(([as, routes]) => [`tls-${as}.list`, certificateList(routes)]),
  )
  const sections = [
    ...[...byPort].map(([as, routes]) =>
      frontend(
        as,
        routes[0]?.protocol ?? 'http',
        routes.some(({ host }) => host !== null),
      ),
    ),
    ...pools.map((pool) => backend(pool)),
    ...(Object.keys(certificates).length === 0 ? [] : [CERTIFICATES_BACKEND]),
  ]
  const skeleton = digest([preamble(''), ...sections.map(({ fixed }) => fixed), JSON.stringify(lists)])
  const map = Object.fromEntries(routes.map(({ as, host, pool }) => [mapKey(as, host), pool]))
  return {
    files: {
      'haproxy.cfg': [
        preamble(`${DESCRIPTION} ${skeleton}`),
        ...sections.map(({ fixed, servers }) => fixed + servers),
      ].join('\n'),
      [ROUTES_MAP]: lines(Object.entries(map).map(([key, pool]) => `${key} ${pool}`)),
      [CERTIFICATES_MAP]: lines(Object.entries(certificates).map(([name, pem]) => `${name} ${pem}`)),
      ...lists,
    },
    skeleton,
    map,
    pools,
    ports: [...byPort.keys()],
    selfSigned: selfSignedOf(routes),
    certificates,
  }
}

function routesByPort(routes: StoredRoute[]): Map<number, StoredRoute[]> {
  const ports = [...new Set(routes.map(({ as }) => as))].sort((a, b) => a - b)
  return new Map(
    ports.map((port) => [
      port,
      routes.filter(({ as }) => as === port).sort((a, b) => ((a.host ?? '') < (b.host ?? '') ? -1 : 1)),
    ]),
  )
}

/** A pool's other colors are there before they are needed, empty: filling them and switching over then needs no load. */
function withSiblings(pools: readonly Pool[]): Pool[] {
  const all = new Map<string, Pool>()
  for (const pool of [...pools].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const base = pool.name.replace(/-(blue|green)$/, '')
    for (const name of [base, `${base}-blue`, `${base}-green`]) {
      const own = pools.find((other) => other.name === name)
      all.set(name, own ?? { ...pool, name, servers: [] })
    }
  }
  return [...all.values()]
}

const lines = (all: string[]): string => all.map((line) => `${line}\n`).join('')

const digest = (parts: string[]): string => createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16)
