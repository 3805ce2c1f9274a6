import type { Scope } from '../../topology/model.js'
import { isLimited } from './demand.js'
import type { HostState, Wanted } from './model.js'
import type { Occupancy } from './occupancy.js'
import { freeShares } from './room.js'
import { isShared, type Rules } from './rules.js'
import * as score from './scores.js'

/** A host that can have the instance, with what decides between it and others, in the order in which it does. */
export interface Ranked {
  host: HostState
  /** The smaller one is better; of equal ones the next counts. */
  rank: Readonly<Record<Criterion, number>>
  /** What of the resource's preferences it meets: part of the score. */
  preferred: number
}

/** What decides, for people to be told. */
export type Criterion = 'known' | 'first' | 'second' | 'third' | 'score' | 'instances' | 'order'

/** In the order in which they decide. */
const CRITERIA: readonly Criterion[] = ['known', 'first', 'second', 'third', 'score', 'instances', 'order']

/** The better one first. */
export const byRank = (a: Ranked, b: Ranked): number =>
  CRITERIA.reduce((sum, each) => sum || a.rank[each] - b.rank[each], 0)

/** By what one is better than the next. */
export const decidedBy = (best: Ranked, next: Ranked): Criterion =>
  CRITERIA.find((each) => best.rank[each] !== next.rank[each]) ?? 'order'

interface Around {
  rules: Rules
  occupancy: Occupancy
}

/** A host with what counts for or against it. */
export function ranked(wanted: Wanted, host: HostState, { rules, occupancy }: Around): Ranked {
  const { resource, placement, candidates } = wanted
  const packs = placement.strategy === 'pack'
  const [first, second, third] = packs
    ? [0, 0, 0]
    : SCOPES[placement.spread].map((within) => occupancy.of(resource, host, within))
  const all = occupancy.instances(host)
  const preferred = score.affinity(preferences(wanted, host, { rules, occupancy }))
  const rank = {
    known: isUnknown(wanted, host) ? 1 : 0,
    first: first ?? 0,
    second: second ?? 0,
    third: third ?? 0,
    score: -scoreOf(wanted, host, { occupancy, preferred }),
    instances: packs ? -all : all,
    order: candidates.indexOf(host.name),
  }
  return { host, rank, preferred: preferred ?? 0 }
}

/** Replicas are spread over the first of these, then over the others. */
export const SCOPES: Readonly<Record<Scope, readonly [Scope, Scope, Scope]>> = {
  host: ['host', 'site', 'region'],
  site: ['site', 'region', 'host'],
  region: ['region', 'site', 'host'],
}

/** A host that did not say what matters for the instance. It may have it, but after those that are known to be fit. */
const isUnknown = (wanted: Wanted, { silent, total, architectures, vms }: HostState): boolean =>
  silent !== null &&
  ((isLimited(wanted.demand) && total === null) ||
    (wanted.placement.require.architecture !== null && architectures === null) ||
    (wanted.type === 'vm' && vms === null))

function scoreOf(
  wanted: Wanted,
  host: HostState,
  { occupancy, preferred }: { occupancy: Occupancy; preferred: number | null },
): number {
  const { demand, placement, resource, replicas } = wanted
  const shares = isLimited(demand) ? freeShares(wanted, host, occupancy.used(host)) : null
  const fit = placement.strategy === 'pack' ? score.binpack : score.spread
  return score.mean([
    shares === null ? null : fit(shares),
    score.collisions(occupancy.of(resource, host, 'host'), replicas),
    preferred,
  ])
}

/** What the resource would like and is not owed: each counts the same. */
function preferences(
  { placement: { prefer } }: Wanted,
  host: HostState,
  { rules, occupancy }: Around,
): { met: number; violated: number; all: number } {
  const near = rules.near.filter(({ required }) => !required)
  const apart = rules.apart.filter(({ required }) => !required)
  const traits = [
    ...Object.entries(prefer.labels).map(([name, value]) => host.labels[name] === value),
    ...(prefer.site === null ? [] : [host.site === prefer.site]),
    ...(prefer.region === null ? [] : [host.region === prefer.region]),
  ]
  return {
    met: traits.filter(Boolean).length + near.filter((rule) => isShared(rule, host, occupancy)).length,
    violated: apart.filter((rule) => isShared(rule, host, occupancy)).length,
    all: traits.length + near.length + apart.length,
  }
}
