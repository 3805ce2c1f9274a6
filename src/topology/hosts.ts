import { ADDRESS_KINDS, addressKind } from '../hosts/kinds/addresses.js'
import { EDGES } from '../traffic/balancers.js'
import type { Host, HostKind, Platform } from './model.js'

/** What `readAddress` understands, for error texts. */
export const ADDRESSES = ADDRESS_KINDS.flatMap(({ words }): readonly string[] => words)
  .join(', ')
  .replace(/, ([^,]*)$/, ' or $1')

/** How commands reach a host, and its address in normal form; null when the address says nothing that we understand. */
export function readAddress(address: string, platform: Platform): Pick<Host, 'kind' | 'address'> | null {
  for (const kind of ADDRESS_KINDS) {
    const read = kind.read({ address, platform })
    if (read !== null) return { kind: kind.name, address: read }
  }
  return null
}

/** How commands reach a host; null when the address says nothing that we understand. */
export const hostKind = (address: string, platform: Platform): HostKind | null =>
  readAddress(address, platform)?.kind ?? null

/** The machine behind a name: of two names that give the same, one is too many. An emulated host is its name. */
export function machineOf(name: string, { kind, address, site }: Pick<Host, 'kind' | 'address' | 'site'>): string {
  const machine = addressKind(kind).machine({ name, address })
  // The same address means another machine there, `localhost` above all.
  return site === undefined ? machine : `${site}: ${machine}`
}

/** Whether it is the machine of a worker that is for no site. */
export const isThisMachine = ({ kind, site }: Pick<Host, 'kind' | 'site'>): boolean =>
  kind === 'local' && site === undefined

/** Whether no virtual machine can run there. */
export const runsContainersOnly = (host: Pick<Host, 'kind'> | undefined): boolean =>
  host !== undefined && addressKind(host.kind).containersOnly === true

/** Whether nothing can be exposed there. */
export const opensNoPorts = (host: Pick<Host, 'edge'> | undefined): boolean =>
  host?.edge !== undefined && EDGES.opensNoPorts(host.edge)

/** Hosts by name, each machine once: of its names the last one stays. */
export function eachMachineOnce(...named: Record<string, Host>[]): Record<string, Host> {
  const byMachine = new Map<string, [string, Host]>()
  for (const [name, host] of named.flatMap((hosts) => Object.entries(hosts))) {
    const machine = machineOf(name, host)
    byMachine.delete(machine)
    byMachine.set(machine, [name, host])
  }
  return Object.fromEntries(byMachine.values())
}
