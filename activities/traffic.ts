import { readFile } from 'node:fs/promises'
import type { Activities } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

type Rooms = Pick<Activities, 'applyRoutes' | 'waitDrained' | 'removeRoutes'>

/** What goes through the edges. */
export function trafficActivities(deps: ActivityDeps): Rooms {
  return {
    applyRoutes: step(async ({ host, via, routes, certificates }) => {
      const edge = deps.edgeFor(host, via)
      if (routes.routes.length === 0) return edge.remove(routes.topology)
      // Private keys go from the file to the edge; they never travel in a payload.
      const withCertificates = await Promise.all(
        routes.routes.map(async (route) => {
          const files = certificates.find(({ as, host: name }) => as === route.as && name === route.host)
          if (files === undefined) return route
          const [certPem, keyPem] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')])
          return { ...route, certificate: { certPem, keyPem } }
        }),
      )
      await edge.apply({ ...routes, routes: withCertificates })
    }),

    waitDrained: step(({ host, via, topology, server, deadlineMs }, signal) =>
      deps.edgeFor(host, via).drained(topology, server, { deadlineMs, signal }),
    ),

    removeRoutes: step(({ host, via, topology }) => deps.edgeFor(host, via).remove(topology)),
  }
}
