import { DEFAULTS } from '../defaults.js'
import type { AffinityRule, Host, HostTraits, Placement, Scope } from '../model.js'
import type { FullDeclaration } from '../schema/topology.js'
import { list, mebibytes, texts } from '../values.js'

type HostDeclaration = FullDeclaration['hosts'][string]
type PlacementDeclaration = NonNullable<FullDeclaration['resources'][string]['placement']>

/** What placement knows of a host. What is absent stays so: the digest is that of a topology from before there was any of it. */
export function hostPlacement({
  labels,
  site,
  region,
  reserve,
  overcommit,
}: HostDeclaration): Pick<Host, 'labels' | 'site' | 'region' | 'reserve' | 'overcommit'> {
  return {
    ...(labels === undefined ? {} : { labels: texts(labels) }),
    ...(site === undefined ? {} : { site }),
    ...(region === undefined ? {} : { region }),
    ...(reserve === undefined
      ? {}
      : {
          reserve: {
            cpu: reserve.cpu ?? 0,
            memoryMiB: mebibytes(reserve.memory) ?? 0,
            diskMiB: mebibytes(reserve.disk) ?? 0,
          },
        }),
    ...(overcommit === undefined ? {} : { overcommit }),
  }
}

/** Where new instances of a resource go. */
export function placement(declared: PlacementDeclaration): Placement {
  const { strategy, spread = DEFAULTS.spread, require, prefer, affinity, antiAffinity, priority } = declared
  return {
    strategy,
    spread: SCOPES[spread],
    require: { ...traits(require), architecture: require?.architecture ?? null },
    prefer: traits(prefer),
    affinity: rules(affinity),
    antiAffinity: rules(antiAffinity),
    priority,
  }
}

const SCOPES = { hosts: 'host', sites: 'site', regions: 'region' } as const satisfies Record<string, Scope>

const traits = ({ labels, site, region }: NonNullable<PlacementDeclaration['prefer']> = {}): HostTraits => ({
  labels: texts(labels ?? {}),
  site: site ?? null,
  region: region ?? null,
})

const rules = (declared: PlacementDeclaration['affinity'] = []): AffinityRule[] =>
  list(declared).map((rule) =>
    typeof rule === 'string' ? { to: rule, within: DEFAULTS.within, required: false } : rule,
  )
