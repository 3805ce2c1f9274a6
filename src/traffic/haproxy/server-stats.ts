import type { ServerStats } from '../model.js'
import type { StatLine } from './parse-stat.js'
import type { StoredTopology } from './picture.js'

/** The counters of a topology's own servers. Maintenance that we asked for is a drain. */
export function serverStats({ pools }: StoredTopology, stat: readonly StatLine[]): ServerStats[] {
  const servers = pools.flatMap((pool) => pool.servers.map((server) => ({ pool, server })))
  return servers.flatMap(({ pool, server }) => {
    const line = stat.find((found) => found.pool === pool.name && found.server === server.name)
    if (line === undefined) return []
    return [
      {
        pool: pool.name,
        server: server.name,
        weight: line.weight,
        state: stateOf(line.status, server.state === 'drain'),
        currentSessions: line.sessions,
        totalRequests: line.total,
        responses2xx: line.responses2xx,
        responses3xx: line.responses3xx,
        responses4xx: line.responses4xx,
        responses5xx: line.responses5xx,
        averageTotalMs: line.averageTotalMs,
      },
    ]
  })
}

function stateOf(status: string, drained: boolean): ServerStats['state'] {
  if (status.startsWith('MAINT')) return drained ? 'drain' : 'maint'
  if (status.startsWith('DRAIN')) return 'drain'
  return status.startsWith('DOWN') ? 'down' : 'ready'
}
