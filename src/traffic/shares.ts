import type { TopologyRoutes } from './model.js'

/** What a server gets of the requests of its pool. */
export interface Share {
  weight: number
  /** Of the pool's requests, rounded. */
  percent: number
}

/**
 * By server: nothing while it drains, or while no public port leads to its pool; of several pools the one that gives it the most.
 * @param stopped - servers whose instances do not run: the others of their pools get what they would
 */
export function shares(
  { routes, pools }: Pick<TopologyRoutes, 'routes' | 'pools'>,
  stopped: ReadonlySet<string> = new Set(),
): Map<string, Share> {
  const routed = new Set(routes.map(({ pool }) => pool))
  const found = new Map<string, Share>()
  for (const { name, servers } of pools) {
    const weighed = servers.map(({ name: server, state, weight: set }) => {
      const weight = routed.has(name) && state === 'ready' ? set : 0
      return { server, weight, counts: stopped.has(server) ? 0 : weight }
    })
    const total = weighed.reduce((sum, { counts }) => sum + counts, 0)
    for (const { server, weight, counts } of weighed) {
      const percent = total === 0 ? 0 : Math.round((100 * counts) / total)
      if (percent >= (found.get(server)?.percent ?? 0)) found.set(server, { weight, percent })
    }
  }
  return found
}
