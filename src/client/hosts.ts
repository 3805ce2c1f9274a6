import type { Cordoned, HostChecks, HostRow } from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import type { Cordon } from '../incus/index.js'
import { currentRevision } from '../plan/revisions.js'
import type { Host, Topology } from '../topology/model.js'
import { inTime } from './in-time.js'
import { inspect } from './inspect.js'
import { knownLedger } from './ledger.js'
import type { Link } from './link.js'

/** ms that a host may take to answer. */
const HOST_MS = 8_000

/** Under whose name the looks show in the Web UI. */
const SHOWN_AS = 'hosts'

/** What each host is, has and uses, as the worker finds it. */
export const lookAtHosts = (link: Link, hosts: Record<string, Host>): Promise<HostRow[]> =>
  inspect(link, SHOWN_AS, { kind: 'hosts', hosts, limitMs: HOST_MS })

/** Whether each host has what the topologies need of it, as the worker finds it. */
export const checkHosts = (
  link: Link,
  hosts: Record<string, Host>,
  topologies: readonly Topology[],
): Promise<HostChecks[]> =>
  inspect(link, SHOWN_AS, { kind: 'hostChecks', hosts, topologies: [...topologies], limitMs: HOST_MS })

/** A host with its name, as a topology declares it. */
export interface NamedHost {
  name: string
  host: Host
}

/** Writes on a host that nothing new is to be put there. */
export const cordonHost = (link: Link, host: NamedHost, reason: string | null): Promise<Cordoned> =>
  write(link, host, { since: new Date().toISOString(), reason, by: link.by.who })

/** Takes that off again. */
export const uncordonHost = (link: Link, host: NamedHost): Promise<Cordoned> => write(link, host, null)

const write = (link: Link, { name, host: via }: NamedHost, cordon: Cordon | null): Promise<Cordoned> =>
  inTime(link, (notAfter) => inspect(link, SHOWN_AS, { kind: 'cordon', host: name, via, cordon, notAfter }))

/**
 * A topology as it is deployed.
 * @throws Cul8erError UNKNOWN_TOPOLOGY
 */
export async function deployedTopology(link: Link, name: string): Promise<Topology> {
  const revision = currentRevision(await knownLedger(link, name))
  if (revision === null) throw new Cul8erError('UNKNOWN_TOPOLOGY', `${name} is not deployed`)
  return revision.topology
}
