import type { Cul8er, NamedHost } from '../client/index.js'
import { Cul8erError } from '../errors.js'
import { nearest } from '../topology/nearest.js'
import type { Host, Topology } from '../topology/model.js'
import type { Context } from './context.js'
import { fileOf, topologiesIfAny } from './topologies.js'

/** Hosts that a command is about, and the topologies that have them. */
export interface HostsMeant {
  hosts: Record<string, Host>
  topologies: Topology[]
}

/**
 * Connects for a look at the hosts of the named topology, in the file or deployed; without a name at those of the whole file, which is read
 * before anything is started.
 * @throws Cul8erError USAGE without a file, INVALID_TOPOLOGY, UNKNOWN_TOPOLOGY, SERVICE
 */
export async function withHosts<T>(
  context: Context,
  name: string | undefined,
  look: (cul8er: Cul8er, meant: HostsMeant) => Promise<T>,
): Promise<T> {
  const declared = await declaredAs(context, name)
  return context.connected(async (cul8er) => {
    const topologies = declared ?? [await cul8er.deployed(name ?? '')]
    const hosts = Object.assign({}, ...topologies.map((topology) => topology.hosts)) as Record<string, Host>
    return look(cul8er, { topologies, hosts })
  })
}

/** null: the file has none of this name. */
async function declaredAs(context: Context, name: string | undefined): Promise<Topology[] | null> {
  if (name === undefined) return (await fileOf(context)).topologies
  const declared = (await topologiesIfAny(context)).filter((topology) => topology.name === name)
  return declared.length === 0 ? null : declared
}

/**
 * The machine that a name stands for in all of them.
 * @throws Cul8erError USAGE when none is called that, or two machines are
 */
export async function oneHost(meant: HostsMeant, name: string): Promise<NamedHost & Pick<HostsMeant, 'topologies'>> {
  const host = Object.values(onlyHost(meant, name).hosts)[0] as Host
  const topologies = meant.topologies.filter(({ hosts }) => Object.hasOwn(hosts, name))
  const { machineOf } = await import('../topology/hosts.js')
  const machines = topologies.map(({ hosts }) => machineOf(name, hosts[name] ?? host))
  if (new Set(machines).size < 2) return { name, host, topologies }
  throw new Cul8erError('USAGE', `${name} is another machine in each topology: ${[...new Set(machines)].join(', ')}`, {
    hint: `name the topology after it: ${topologies.map((topology) => topology.name).join(', ')}`,
  })
}

/** Only the named host of them. @throws Cul8erError USAGE when none is called that */
export function onlyHost({ hosts, topologies }: HostsMeant, name: string): HostsMeant {
  return { topologies, hosts: { [name]: hostCalled(name, hosts) } }
}

/** @throws Cul8erError USAGE when none is called that */
export function hostCalled(name: string, hosts: Record<string, Host>): Host {
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined
  if (host !== undefined) return host
  const names = Object.keys(hosts)
  const near = nearest(name, names)
  throw new Cul8erError('USAGE', `no host is named ${JSON.stringify(name)}; there are ${names.join(', ')}`, {
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  })
}
