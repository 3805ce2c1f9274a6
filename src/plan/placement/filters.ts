import type { HostState, Refusal, Wanted } from './model.js'
import type { Occupancy } from './occupancy.js'
import { lacking } from './room.js'
import { isShared, scopeWords, type Rules } from './rules.js'

interface Asked {
  wanted: Wanted
  host: HostState
  rules: Rules
  occupancy: Occupancy
}

/** Why the host cannot have the instance: the gravest reason; null: it can. */
export function refusalOf(asked: Asked): Refusal | null {
  for (const [kind, refuses] of FILTERS) {
    const why = refuses(asked)
    if (why !== null) return { host: asked.host.name, kind, why }
  }
  return null
}

const FILTERS: readonly [Refusal['kind'], (asked: Asked) => string | null][] = [
  ['unreachable', ({ host }) => host.unreachable],
  ['vm', ({ wanted, host }) => (wanted.type === 'vm' && host.vms === false ? 'it cannot run virtual machines' : null)],
  ['architecture', otherArchitecture],
  ['cordoned', ({ host }) => host.cordoned],
  ['traits', otherTraits],
  ['affinity', brokenRule],
  [
    'room',
    ({ wanted, host, occupancy }) => {
      const short = lacking(wanted, host, occupancy.used(host))
      return short.length === 0 ? null : short.join(', ')
    },
  ],
]

function otherArchitecture({ wanted, host }: Asked): string | null {
  const { architecture } = wanted.placement.require
  return architecture === null || host.architectures === null || host.architectures.includes(architecture)
    ? null
    : `its architecture is ${host.architectures.join(' or ')}, not ${architecture}`
}

function otherTraits({ wanted: { placement }, host }: Asked): string | null {
  const { labels, site, region } = placement.require
  const label = Object.entries(labels).find(([name, value]) => host.labels[name] !== value)
  if (label !== undefined) {
    const [name, value] = label
    const has = host.labels[name]
    return has === undefined ? `it has no label ${name}=${value}` : `its label is ${name}=${has}, not ${value}`
  }
  if (site !== null && host.site !== site) return `it is not at site ${site}`
  return region !== null && host.region !== region ? `it is not in region ${region}` : null
}

function brokenRule({ rules, host, occupancy }: Asked): string | null {
  const beside = rules.apart.find((rule) => rule.required && isShared(rule, host, occupancy))
  if (beside !== undefined) return `${scopeWords(beside.within, host)} has ${beside.to}, which it must be apart from`
  // Of what is nowhere yet nobody can be near: the first of the two goes anywhere.
  const far = rules.near.find(
    (rule) => rule.required && occupancy.isAnywhere(rule.to) && !isShared(rule, host, occupancy),
  )
  return far === undefined ? null : `${scopeWords(far.within, host)} has no ${far.to} to be near to`
}
