import type { Resource } from '../../topology/model.js'
import type { Amounts, Demand, HostState } from './model.js'

/** What the limits of a resource say. Without limits it wants nothing: no guess decides where it goes. */
export function demandOf({ limits, volumes = {}, config = {} }: Resource): Demand {
  const pools: Record<string, number> = {}
  for (const { pool, sizeMiB } of Object.values(volumes)) {
    if (sizeMiB !== null) pools[pool] = (pools[pool] ?? 0) + sizeMiB
  }
  return {
    cpu: cpusOf({ ...config, ...(limits.cpu === null ? {} : { 'limits.cpu': String(limits.cpu) }) }),
    memoryMiB: limits.memoryMiB ?? 0,
    diskMiB: limits.diskMiB ?? 0,
    volumes: pools,
  }
}

/** Whether anything is wanted that a host can run out of. */
export const isLimited = ({ cpu, memoryMiB, diskMiB, volumes }: Demand): boolean =>
  cpu > 0 || memoryMiB > 0 || diskMiB > 0 || Object.values(volumes).some((mib) => mib > 0)

/** What it takes on one host. A root disk in a pool that nobody knows is not counted. */
export function amountsOn({ cpu, memoryMiB, diskMiB, volumes }: Demand, host: HostState, resource: string): Amounts {
  const pool = host.rootPools[resource]
  if (diskMiB === 0 || pool === undefined) return { cpu, memoryMiB, pools: volumes }
  return { cpu, memoryMiB, pools: { ...volumes, [pool]: (volumes[pool] ?? 0) + diskMiB } }
}

export const NOTHING: Amounts = { cpu: 0, memoryMiB: 0, pools: {} }

/** The sum of two. */
export function plus(one: Amounts, other: Amounts): Amounts {
  const pools: Record<string, number> = { ...one.pools }
  for (const [pool, mib] of Object.entries(other.pools)) pools[pool] = (pools[pool] ?? 0) + mib
  return { cpu: one.cpu + other.cpu, memoryMiB: one.memoryMiB + other.memoryMiB, pools }
}

/**
 * CPUs of an instance's Incus configuration: `limits.cpu` is a number or a list of those that it is bound to, such as `0-2,5`, and
 * `limits.cpu.allowance` may be a hard limit in time, such as `25ms/100ms` for a quarter of one. A share in percent limits nothing.
 */
export function cpusOf(config: Readonly<Record<string, string>>): number {
  const bound = boundCpus(config['limits.cpu'])
  const [, part, whole] = /^(\d+)ms\/(\d+)ms$/.exec(config['limits.cpu.allowance'] ?? '') ?? []
  if (part === undefined || whole === undefined || Number(whole) === 0) return bound
  const allowed = Number(part) / Number(whole)
  return bound === 0 ? allowed : Math.min(bound, allowed)
}

function boundCpus(limit: string | undefined): number {
  if (limit === undefined || limit === '') return 0
  if (/^\d+$/.test(limit)) return Number(limit)
  return limit
    .split(',')
    .map((range) => {
      const [first = NaN, last = first] = range.split('-').map(Number)
      return Number.isNaN(last - first) ? 0 : last - first + 1
    })
    .reduce((sum, each) => sum + each, 0)
}
