import type { Activities } from '../src/contracts/index.js'
import { Cul8erError } from '../src/errors.js'
import { openedCertificate } from './certificates.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

type Rooms = Pick<Activities, 'applyRoutes' | 'waitDrained' | 'removeRoutes'>

/** What goes through the edges. */
export function trafficActivities(deps: ActivityDeps): Rooms {
  return {
    applyRoutes: step(async ({ host, via, routes, certificates }, signal) => {
      const edge = deps.edgeFor(host, via)
      if (routes.routes.length === 0) return edge.remove(routes.topology, { signal })
      const withCertificates = await Promise.all(
        routes.routes.map(async (route) => {
          const own = certificates.find(({ as, host: name }) => as === route.as && name === route.host)
          if (own === undefined) return route
          return { ...route, certificate: await openedCertificate(own, routes.topology, deps).catch(noCertificate) }
        }),
      )
      await edge.apply({ ...routes, routes: withCertificates }, { signal })
    }),

    waitDrained: step(({ host, via, topology, server, deadlineMs }, signal) =>
      deps.edgeFor(host, via).drained(topology, server, { deadlineMs, signal }),
    ),

    removeRoutes: step(({ host, via, topology }, signal) => deps.edgeFor(host, via).remove(topology, { signal })),
  }
}

/** What an edge cannot be told is as what it refuses: an undo tells it what was declared before. */
function noCertificate(error: unknown): never {
  if (!(error instanceof Cul8erError)) throw error
  throw new Cul8erError('EDGE', error.message, { hint: error.hint, cause: error })
}
