import type { ObservedInstance, Revision } from '../src/plan/model.js'
import type { Exposure } from '../src/plan/exposure.js'
import { refuseTakenPorts } from '../src/plan/port-claims.js'
import type { Route } from '../src/traffic/model.js'
import type { Host } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'

/**
 * Looks whether others have the public ports that a revision declares and that are not its own yet. An edge that cannot be asked is no
 * reason to refuse a plan.
 * @throws Cul8erError PORT_TAKEN
 */
export async function checkPublicPorts(
  deps: ActivityDeps,
  { topology }: Revision,
  {
    hosts,
    observed,
    exposures,
  }: { hosts: Record<string, Host>; observed: readonly ObservedInstance[]; exposures: readonly Exposure[] },
): Promise<void> {
  for (const [host, via] of Object.entries(hosts)) {
    const own = exposures.find((exposure) => exposure.host === host)?.current?.routes ?? []
    const wanted = Object.values(topology.resources)
      .flatMap(({ expose, on }) => (on.includes(host) ? expose : []))
      .filter((port) => !own.some((route) => isSame(route, port)))
    if (wanted.length === 0) continue
    const ports = [...new Set(wanted.map(({ as }) => as))]
    const claims = await deps
      .edgeFor(host, via)
      .claims(topology.name, ports)
      .catch((error: unknown) => {
        deps.log.warn({ error: String(error) }, 'the edge did not report its ports')
        return null
      })
    if (claims !== null) refuseTakenPorts({ host, topology: topology.name, wanted, claims, observed })
  }
}

const isSame = (one: Pick<Route, 'as' | 'host' | 'protocol'>, other: typeof one): boolean =>
  one.as === other.as && one.host === other.host && one.protocol === other.protocol
