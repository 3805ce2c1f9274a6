import type { Cul8er } from '../client/index.js'
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
 * Of the named topology, in the file or deployed; without a name those of the whole file.
 * @throws Cul8erError USAGE without a file, INVALID_TOPOLOGY, UNKNOWN_TOPOLOGY
 */
export async function hostsMeant(context: Context, cul8er: Cul8er, name?: string): Promise<HostsMeant> {
  const topologies = await topologiesMeant(context, cul8er, name)
  return { topologies, hosts: Object.assign({}, ...topologies.map(({ hosts }) => hosts)) as Record<string, Host> }
}

async function topologiesMeant(context: Context, cul8er: Cul8er, name?: string): Promise<Topology[]> {
  if (name === undefined) return (await fileOf(context)).topologies
  const declared = (await topologiesIfAny(context)).find((topology) => topology.name === name)
  return [declared ?? (await cul8er.deployed(name))]
}

/** Only the named host of them. @throws Cul8erError USAGE when none is called that */
export function onlyHost({ hosts, topologies }: HostsMeant, name: string): HostsMeant {
  const host = Object.hasOwn(hosts, name) ? hosts[name] : undefined
  if (host !== undefined) return { topologies, hosts: { [name]: host } }
  const near = nearest(name, Object.keys(hosts))
  throw new Cul8erError(
    'USAGE',
    `no host is named ${JSON.stringify(name)}; there are ${Object.keys(hosts).join(', ')}`,
    {
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    },
  )
}
