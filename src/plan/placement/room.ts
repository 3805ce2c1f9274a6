import { sizeWords } from '../../topology/units.js'
import { amountsOn } from './demand.js'
import type { Amounts, HostState, Wanted } from './model.js'

/** Sums of fractions of CPUs are not exact. */
const TOLERANCE = 1e-6

/** Most that limits on a host may add up to; null: not known. */
export function mostOf(host: HostState): Amounts | null {
  const known = worked.get(host)
  if (known !== undefined) return known
  const most = workOut(host)
  worked.set(host, most)
  return most
}

/** It is asked for with each instance and host: a thousand times for the same host. */
const worked = new WeakMap<HostState, Amounts | null>()

function workOut({ total, reserve, overcommit }: HostState): Amounts | null {
  if (total === null) return null
  const most = (has: number, times = 1, kept = 0): number => Math.max(0, has * times - kept)
  return {
    cpu: most(total.cpu, overcommit?.cpu, reserve?.cpu),
    memoryMiB: most(total.memoryMiB, overcommit?.memory, reserve?.memoryMiB),
    pools: Object.fromEntries(
      Object.entries(total.pools).map(([pool, mib]) => [pool, most(mib, overcommit?.disk, reserve?.diskMiB)]),
    ),
  }
}

/**
 * Whether limits are added up. With one host to be on they reserve nothing, as ever, unless the host says how much of it may be
 * promised.
 */
export const addsUp = ({ several }: Pick<Wanted, 'several'>, { reserve, overcommit }: HostState): boolean =>
  several || reserve !== null || overcommit !== null

/** What a host lacks for an instance, in words; none: nothing, or nobody knows. */
export function lacking(wanted: Wanted, host: HostState, used: Amounts): string[] {
  const most = mostOf(host)
  if (most === null || host.total === null || !addsUp(wanted, host)) return []
  const needs = amountsOn(wanted.demand, host, wanted.resource)
  const { total } = host
  return [
    ...short(cpuWords(needs.cpu), needs.cpu, { has: total.cpu, most: most.cpu, used: used.cpu }, rounded),
    ...short(
      `${sizeWords(needs.memoryMiB)} of memory`,
      needs.memoryMiB,
      { has: total.memoryMiB, most: most.memoryMiB, used: used.memoryMiB },
      sizeWords,
    ),
    ...Object.entries(needs.pools).flatMap(([pool, mib]) => {
      const has = total.pools[pool]
      const about = { has: has ?? 0, most: most.pools[pool] ?? 0, used: used.pools[pool] ?? 0 }
      return has === undefined ? [] : short(`${sizeWords(mib)} of pool ${pool}`, mib, about, sizeWords)
    }),
  ]
}

/** @param what - is wanted, in words */
function short(
  what: string,
  wanted: number,
  { has, most, used }: { has: number; most: number; used: number },
  words: (amount: number) => string,
): string[] {
  if (wanted === 0) return []
  if (wanted > has + TOLERANCE) return [`${what} wanted, it has ${words(has)}`]
  if (wanted + used <= most + TOLERANCE) return []
  return [`${what} wanted, ${words(Math.max(0, most - used))} of ${words(most)} free`]
}

/** Two digits are enough for people. */
const rounded = (cpus: number): string => String(Math.round(cpus * 100) / 100)

const cpuWords = (cpus: number): string => `${rounded(cpus)} ${rounded(cpus) === '1' ? 'CPU' : 'CPUs'}`

/** Shares of CPUs and memory that are free once an instance is there too, from 0 to 1; null: not known. */
export function freeShares(
  wanted: Pick<Wanted, 'demand'>,
  host: HostState,
  used: Amounts,
): { cpu: number; memory: number } | null {
  const most = mostOf(host)
  if (most === null) return null
  const share = (of: number, taken: number): number => (of <= 0 ? 0 : Math.min(1, Math.max(0, 1 - taken / of)))
  return {
    cpu: share(most.cpu, used.cpu + wanted.demand.cpu),
    memory: share(most.memoryMiB, used.memoryMiB + wanted.demand.memoryMiB),
  }
}
