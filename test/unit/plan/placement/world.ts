import { NOTHING } from '../../../../src/plan/placement/demand.js'
import type { Choice, HostState, Wanted } from '../../../../src/plan/placement/model.js'
import { placeInstances } from '../../../../src/plan/placement/place.js'
import { defaultPlacement } from '../../../../src/plan/placement/settings.js'
import type { Placement } from '../../../../src/topology/model.js'

export const GIB = 1_024

/** Four CPUs, 8 GiB and a pool of 100 GiB, empty, with parts of a test's own. */
export const host = (name: string, over: Partial<HostState> = {}): HostState => ({
  name,
  labels: {},
  site: null,
  region: null,
  cordoned: null,
  unreachable: null,
  architectures: ['x86_64'],
  vms: true,
  total: { cpu: 4, memoryMiB: 8 * GIB, pools: { default: 100 * GIB } },
  silent: null,
  reserve: null,
  overcommit: null,
  rootPools: { web: 'default', db: 'default' },
  used: NOTHING,
  instances: new Map(),
  ...over,
})

export interface Asks {
  resource?: string
  count?: number
  on?: string[]
  type?: Wanted['type']
  cpu?: number
  memoryMiB?: number
  diskMiB?: number
  placement?: Partial<Placement>
}

/** What a resource wants: `web-1`, `web-2` … */
export function wants(hosts: readonly HostState[], ...asks: Asks[]): Wanted[] {
  return asks.flatMap(({ resource = 'web', count = 1, on, type = 'container', cpu = 0, ...rest }) =>
    Array.from({ length: count }, (_, index): Wanted => {
      const name = `${resource}-${index + 1}`
      return {
        key: name,
        name,
        resource,
        type,
        candidates: on ?? hosts.map((each) => each.name),
        several: (on ?? hosts).length > 1,
        demand: { cpu, memoryMiB: rest.memoryMiB ?? 0, diskMiB: rest.diskMiB ?? 0, volumes: {} },
        replicas: count,
        placement: { ...defaultPlacement, ...rest.placement },
      }
    }),
  )
}

export function place(hosts: readonly HostState[], asks: readonly Asks[], force = false): Choice[] {
  const declared = Object.fromEntries(
    asks.map(({ resource = 'web', placement }) => [resource, { ...defaultPlacement, ...placement }]),
  )
  return placeInstances({ hosts, wanted: wants(hosts, ...asks), declared, force })
}

/** `web-1 a: reason`, or `web-1 nowhere`. */
export const places = (choices: readonly Choice[]): string[] =>
  choices.map(
    ({ wanted, host: at, reason }) => `${wanted.name} ${at ?? 'nowhere'}${reason === null ? '' : `: ${reason}`}`,
  )

/** The hosts alone. */
export const hostsOf = (choices: readonly Choice[]): (string | null)[] => choices.map(({ host: at }) => at)

/** `a: reason`, of the last instance. */
export const refused = (choices: readonly Choice[]): string[] =>
  (choices.at(-1)?.refused ?? []).map(({ host: at, why }) => `${at}: ${why}`)
