import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { claimed } from './claimed.js'
import type { Edge, RequestSample, ServerStats, TopologyRoutes } from './model.js'

/** Traffic that does not exist: what a canary's analysis on an emulated host gets to see. */
interface EmulatedTraffic {
  requestsPerSecond: number
  /** How a server answers; others answer 200 in 5 ms. */
  answers: Record<string, { status: number; totalMs: number }>
}

export interface EmulatedEdge extends Edge {
  requests(topology: string, options?: { sinceMs?: number }): Promise<RequestSample[]>
  /** From now on requests seem to come in; null: none, which is how it begins. */
  script(traffic: EmulatedTraffic | null): Promise<void>
}

/**
 * The edge of an emulated host: it keeps what it is told in a folder, a file a topology, so that every process sees the same, and
 * carries no traffic. A file is replaced as a whole; of two writers the later one wins, as on a real edge.
 *
 * @param options.folder - one for each host; made when it is needed
 */
export function emulatedEdge({ folder }: { folder: string }): EmulatedEdge {
  const routesFile = (topology: string) => join(folder, `${encodeURIComponent(topology)}.routes.json`)
  const trafficFile = join(folder, 'traffic.json')
  const current = (topology: string) => read<TopologyRoutes>(routesFile(topology))

  return {
    ensure: async () => void (await mkdir(folder, { recursive: true })),
    apply: (routes) => write(folder, routesFile(routes.topology), withoutKeys(routes)),
    claims: async (topology) => {
      const files = await readdir(folder).catch(() => [])
      const names = files.flatMap((file) => /^(.+)\.routes\.json$/.exec(file)?.[1] ?? []).map(decodeURIComponent)
      const others = await Promise.all(names.filter((name) => name !== topology).map(current))
      return { routes: claimed(others.flatMap((other) => other ?? [])), taken: [] }
    },
    current,
    stats: async (topology) => (await current(topology))?.pools.flatMap(idleStats) ?? [],
    requests: async (topology, { sinceMs = 0 } = {}) => {
      const [routes, traffic] = await Promise.all([current(topology), read<Scripted>(trafficFile)])
      return routes === null || traffic === null ? [] : samples(routes, traffic, sinceMs)
    },
    drained: async (_topology, _server, { signal }) => {
      signal?.throwIfAborted()
      return { cut: 0 }
    },
    remove: (topology) => rm(routesFile(topology), { force: true }),
    script: (traffic) =>
      traffic === null
        ? rm(trafficFile, { force: true })
        : write(folder, trafficFile, { ...traffic, from: Date.now() }),
  }
}

/** Nothing is served with them. */
const withoutKeys = ({ routes, ...rest }: TopologyRoutes): TopologyRoutes => ({
  ...rest,
  routes: routes.map(({ certificate, ...route }) => ({
    ...route,
    certificate: certificate === null ? null : { ...certificate, keyPem: '' },
  })),
})

interface Scripted extends EmulatedTraffic {
  /** ms since the epoch. */
  from: number
}

async function read<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function write(folder: string, file: string, value: unknown): Promise<void> {
  await mkdir(folder, { recursive: true })
  // An emulated edge need not survive a power cut.
  await writeFileAtomic(file, JSON.stringify(value), { mode: 0o600, fsync: false })
}

const idleStats = ({ name, servers }: TopologyRoutes['pools'][number]): ServerStats[] =>
  servers.map((server) => ({
    pool: name,
    server: server.name,
    weight: server.weight,
    state: server.state,
    currentSessions: 0,
    totalRequests: 0,
    responses2xx: 0,
    responses3xx: 0,
    responses4xx: 0,
    responses5xx: 0,
    averageTotalMs: 0,
  }))

const MOST_SAMPLES = 20_000

/** As if requests came in evenly and were handed out by weight in the pools that routes lead to; those that have finished. */
function samples({ routes, pools }: TopologyRoutes, traffic: Scripted, sinceMs: number): RequestSample[] {
  const used = pools.filter(({ name }) => routes.some(({ pool }) => pool === name))
  const targets = used.flatMap(({ name, servers }) =>
    servers
      .filter(({ state, weight }) => state === 'ready' && weight > 0)
      .map((server) => ({ pool: name, server: server.name, weight: server.weight, credit: 0 })),
  )
  const total = targets.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return []
  const step = 1000 / traffic.requestsPerSecond
  const now = Date.now()
  const from = Math.max(sinceMs, traffic.from, now - MOST_SAMPLES * step)
  const found: RequestSample[] = []
  for (let at = from; at < now; at += step) {
    for (const target of targets) target.credit += target.weight
    const next = targets.reduce((best, target) => (target.credit > best.credit ? target : best))
    next.credit -= total
    const { status, totalMs } = traffic.answers[next.server] ?? { status: 200, totalMs: 5 }
    if (at + totalMs < now) found.push({ at: Math.round(at), pool: next.pool, server: next.server, status, totalMs })
  }
  return found.sort((a, b) => a.at + a.totalMs - (b.at + b.totalMs))
}
