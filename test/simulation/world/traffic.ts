import type { Acts } from './acts.js'

/** What edges are told. */
export const trafficActs: Pick<Acts, 'applyRoutes' | 'waitDrained' | 'removeRoutes'> = {
  applyRoutes: ({ host, routes }, { world, by }) => {
    world.reach(host)
    world.setRoutes(host, routes.topology, routes.routes.length === 0 ? null : routes, by)
  },

  waitDrained: ({ host }, { world }) => {
    world.reach(host)
    return { cut: 0 }
  },

  removeRoutes: ({ host, topology }, { world, by }) => {
    world.reach(host)
    world.setRoutes(host, topology, null, by)
  },
}
