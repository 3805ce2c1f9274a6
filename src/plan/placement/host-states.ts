import type { ObservedInstance } from '../model.js'
import { placeKey } from '../place-key.js'
import type { PlanInput } from '../plan-input.js'
import type { Ours } from '../planned-change.js'
import type { Situation } from '../situation.js'
import { replicas, resourceOf } from '../specs.js'
import { volumeMiB } from '../volumes.js'
import { amountsOn, cpusOf, demandOf, NOTHING, plus } from './demand.js'
import type { HostFacts } from './facts.js'
import type { Amounts, Demand, HostState } from './model.js'

/** The hosts of a revision as placement sees them: what is declared, what they say of themselves, and what is there. */
export function hostStates(
  { ours, placeOf }: Pick<Situation, 'ours' | 'placeOf'>,
  { revision, facts = [], moves }: PlanInput,
): HostState[] {
  const byHost = new Map(facts.map((each) => [each.host, each]))
  // What leaves its host is in nobody's way.
  const counts = countsOf(ours.filter(({ host }) => moves?.off.includes(host) !== true))
  // What stays will have what is declared for it now, whatever it has yet.
  const staying = new Map(
    replicas(revision).flatMap((replica): [string, { resource: string; demand: Demand }][] => {
      const { live } = placeOf(replica)
      const resource = resourceOf(revision, replica.resource)
      if (live === null || !resource.on.includes(live.host)) return []
      return [[keyOf(live), { resource: replica.resource, demand: demandOf(resource) }]]
    }),
  )
  return Object.entries(revision.topology.hosts).map(([name, host]): HostState => {
    const known = byHost.get(name)
    const state: HostState = {
      name,
      labels: host.labels ?? {},
      site: host.site ?? null,
      region: host.region ?? null,
      cordoned: known?.cordoned ?? null,
      unreachable: null,
      architectures: known?.architectures ?? null,
      vms: known?.vms ?? null,
      total: known?.total ?? null,
      silent: known?.silent ?? null,
      reserve: host.reserve ?? null,
      overcommit: host.overcommit ?? null,
      rootPools: known?.rootPools ?? {},
      used: NOTHING,
      instances: counts.get(name) ?? new Map(),
    }
    return known === undefined ? state : { ...state, used: usedOn(state, known, staying) }
  })
}

const keyOf = (instance: ObservedInstance): string => `${instance.project ?? ''} ${placeKey(instance)}`

function countsOf(ours: readonly Ours[]): Map<string, Map<string, number>> {
  const counts = new Map<string, Map<string, number>>()
  for (const { host, labels } of ours) {
    const own = counts.get(host) ?? new Map<string, number>()
    own.set(labels.resource, (own.get(labels.resource) ?? 0) + 1)
    counts.set(host, own)
  }
  return counts
}

/** The sum of the limits, and of the disk what is really taken where that is more. */
function usedOn(
  state: HostState,
  { instances, taken }: HostFacts,
  staying: ReadonlyMap<string, { resource: string; demand: Demand }>,
): Amounts {
  const sum = (instances ?? [])
    .map((instance) => {
      const own = staying.get(keyOf(instance))
      return own === undefined ? limitsOf(instance) : amountsOn(own.demand, state, own.resource)
    })
    .reduce(plus, NOTHING)
  const pools = Object.keys({ ...sum.pools, ...taken }).map((pool): [string, number] => [
    pool,
    Math.max(sum.pools[pool] ?? 0, taken[pool] ?? 0),
  ])
  return { ...sum, pools: Object.fromEntries(pools) }
}

/** Of an instance that is nobody's business here. Stopped, it takes nothing but its disk. */
function limitsOf({ status, config, devices }: ObservedInstance): Amounts {
  const { pool, size } = devices.root ?? {}
  const disk = pool === undefined ? {} : { [pool]: volumeMiB(size) ?? 0 }
  if (status === 'Stopped') return { ...NOTHING, pools: disk }
  return { cpu: cpusOf(config), memoryMiB: volumeMiB(config['limits.memory']) ?? 0, pools: disk }
}
