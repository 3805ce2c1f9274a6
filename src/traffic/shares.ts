import type { TopologyRoutes } from './model.js'

/** What a server gets of the requests of its pool. */
export interface Share {
  weight: number
  /** Of the pool's requests, rounded. */
  percent: number
}

/** By server: nothing while it drains, or while no public port leads to its pool; of several pools the one that gives it the most. */
export function shares({ routes, pools }: Pick<TopologyRoutes, 'routes' | 'pools'>): Map<string, Share> {
  const routed = new Set(routes.map(({ pool }) => pool))
  const found = new Map<string, Share>()
  for (const { name, servers } of pools) {
    const weights = servers.map(({ state, weight }) => (routed.has(name) && state === 'ready' ? weight : 0))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    servers.forEach((server, i) => {
      const weight = weights[i] ?? 0
      const percent = total === 0 ? 0 : Math.round((100 * weight) / total)
      if (percent >= (found.get(server.name)?.percent ?? 0)) found.set(server.name, { weight, percent })
    })
  }
  return found
}
