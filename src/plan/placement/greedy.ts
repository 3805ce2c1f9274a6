import { refusalOf } from './filters.js'
import { REFUSALS, type Choice, type HostState, type Refusal, type Wanted } from './model.js'
import type { Occupancy } from './occupancy.js'
import { byRank, ranked } from './rank.js'
import { reasonOf } from './reason.js'
import type { Rules } from './rules.js'

/**
 * The best host for one instance, which is counted there.
 * @param force - where all are refused, the one that is refused for the least
 */
export function chooseHost(wanted: Wanted, rules: Rules, occupancy: Occupancy, force: boolean): Choice {
  const hosts = wanted.candidates.map((name) => occupancy.host(name))
  const asked = hosts.map((host) => ({ host, refusal: refusalOf({ wanted, host, rules, occupancy }) }))
  const refused = asked.flatMap(({ refusal }) => refusal ?? [])
  const open = asked.filter(({ refusal }) => refusal === null).map(({ host }) => host)
  const eligible = open.length > 0 ? open : force ? leastRefused(hosts, refused) : []
  const [best, next] = eligible.map((host) => ranked(wanted, host, { rules, occupancy })).sort(byRank)
  if (best === undefined) return { wanted, host: null, reason: null, refused, forced: false }
  const forced = open.length === 0
  const reason =
    hosts.length === 1 && !forced ? null : forced ? 'every host was refused' : reasonOf(wanted, best, next, occupancy)
  occupancy.add(wanted, best.host)
  return { wanted, host: best.host.name, reason, refused, forced }
}

function leastRefused(hosts: readonly HostState[], refused: readonly Refusal[]): HostState[] {
  const gravity = (kind: Refusal['kind']): number => REFUSALS.length - REFUSALS.indexOf(kind)
  const least = Math.min(...refused.map(({ kind }) => gravity(kind)))
  const names = new Set(refused.filter(({ kind }) => gravity(kind) === least).map(({ host }) => host))
  return hosts.filter(({ name }) => names.has(name))
}
