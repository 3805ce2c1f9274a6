import { addressKind } from '../../hosts/kinds/addresses.js'
import { ADDRESSES, readAddress, runsContainersOnly } from '../hosts.js'
import { nearest } from '../nearest.js'
import { describe, problem, type Finding, type Path } from '../problem.js'
import { platformOf } from '../normalise/topology.js'
import { valueAt } from '../prune.js'
import type { FullDeclaration } from '../schema/topology.js'
import type { Draft } from './draft.js'

/** Hosts that cannot be reached as written. */
export function checkAddresses({ hosts }: Pick<FullDeclaration, 'hosts'>): Finding[] {
  return Object.entries(hosts).flatMap(([name, host]) => address(name, host))
}

/** Virtual machines on hosts that run none. */
export function checkMachines({ raw, sound }: Draft): Finding[] {
  if (sound === null) return []
  const { hosts, resources } = sound.topology
  const machines = Object.entries(resources).filter(([, { type }]) => type === 'vm')
  return machines.flatMap(([name, { on }]) => {
    const emulated = on.filter((host) => Object.hasOwn(hosts, host) && runsContainersOnly(hosts[host]))
    const written = valueAt(raw, ['resources', name, 'on'])
    const places = (host: string): Path =>
      Array.isArray(written) ? ['on', written.indexOf(host)] : [written === undefined ? 'type' : 'on']
    return (Array.isArray(written) ? emulated : emulated.slice(0, 1)).map((host) =>
      problem(['resources', name, ...places(host)], vmOn(host), 'a host that runs virtual machines, or type container'),
    )
  })
}

const vmOn = (host: string): string => `a virtual machine on the emulated host ${host}`

function address(name: string, { address, platform }: FullDeclaration['hosts'][string]): Finding[] {
  const path = ['hosts', name, 'address']
  const read = readAddress(address, platformOf(platform))
  if (read === null) return [problem(path, describe(address), ADDRESSES, meant(address))]
  const allowed = addressKind(read.kind).unfit?.(platformOf(platform))
  if (allowed !== undefined) return [problem(path, describe(address), allowed)]
  // A machine of such a name is less likely than a slip of the fingers, which would have commands run elsewhere.
  const local = read.kind === 'local' ? undefined : nearest(address, ['localhost'])
  return local === undefined || platform === 'emulated' ? [] : [problem(path, describe(address), ADDRESSES, local)]
}

const meant = (address: string): string | undefined =>
  address.startsWith('http://') ? address.replace('http://', 'https://') : undefined
