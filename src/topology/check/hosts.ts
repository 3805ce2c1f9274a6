import { ADDRESSES, hostKind } from '../hosts.js'
import { nearest } from '../nearest.js'
import { describe, problem, type Finding, type Path } from '../problem.js'
import { valueAt } from '../prune.js'
import type { Draft } from './draft.js'

/** Hosts that cannot be reached as written. */
export function checkAddresses({ sound }: Draft): Finding[] {
  return Object.entries(sound?.declaration.hosts ?? {}).flatMap(([name, host]) => address(name, host))
}

/** Virtual machines on hosts that run none. */
export function checkMachines({ raw, sound }: Draft): Finding[] {
  if (sound === null) return []
  const { hosts, resources } = sound.topology
  const machines = Object.entries(resources).filter(([, { type }]) => type === 'vm')
  return machines.flatMap(([name, { on }]) => {
    const emulated = on.filter((host) => Object.hasOwn(hosts, host) && hosts[host]?.kind === 'emulated')
    const written = valueAt(raw, ['resources', name, 'on'])
    const places = (host: string): Path =>
      Array.isArray(written) ? ['on', written.indexOf(host)] : [written === undefined ? 'type' : 'on']
    return (Array.isArray(written) ? emulated : emulated.slice(0, 1)).map((host) =>
      problem(['resources', name, ...places(host)], vmOn(host), 'a host that runs virtual machines, or type container'),
    )
  })
}

const vmOn = (host: string): string => `a virtual machine on the emulated host ${host}`

function address(
  name: string,
  { address, platform }: { address: string; platform: Parameters<typeof hostKind>[1] },
): Finding[] {
  const path = ['hosts', name, 'address']
  const kind = hostKind(address, platform)
  if (kind === null) return [problem(path, describe(address), ADDRESSES, meant(address))]
  if (kind !== 'ssh' || platform !== 'icusos') return []
  return [problem(path, describe(address), "'https://host:8443': icusos has no SSH")]
}

function meant(address: string): string | undefined {
  if (address.startsWith('http://')) return address.replace('http://', 'https://')
  if (/^[A-Za-z0-9.-]+(:\d+)?$/.test(address)) return nearest(address, ['localhost']) ?? `root@${address}`
  return undefined
}
