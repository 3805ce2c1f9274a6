import type { Claims, Route } from './model.js'

interface Claimant {
  topology: string
  routes: readonly Pick<Route, 'as' | 'host' | 'protocol'>[]
}

/** The public ports that topologies have on an edge. */
export const claimed = (topologies: readonly Claimant[]): Claims['routes'] =>
  topologies.flatMap(({ topology, routes }) =>
    routes.map(({ as, host, protocol }) => ({ topology, as, host, protocol })),
  )
