import { plural } from '../../plural.js'
import type { Scope } from '../../topology/model.js'
import type { HostState, Wanted } from './model.js'
import type { Occupancy } from './occupancy.js'
import { decidedBy, SCOPES, type Criterion, type Ranked } from './rank.js'

/** Why a host was taken, in words: by what it is better than the next best one. */
export function reasonOf(wanted: Wanted, best: Ranked, next: Ranked | undefined, occupancy: Occupancy): string {
  const { host } = best
  const unknown = best.rank.known === 1 ? ` (not known: ${host.silent})` : ''
  if (next === undefined) return `the only one that can have it${unknown}`
  const by = decidedBy(best, next)
  const preferred = by === 'score' && best.preferred > next.preferred
  return `${preferred ? 'meets most of what it prefers' : words(wanted, best, by, occupancy)}${unknown}`
}

function words(wanted: Wanted, { host }: Ranked, by: Criterion, occupancy: Occupancy): string {
  const packs = wanted.placement.strategy === 'pack'
  const [first, second, third] = SCOPES[wanted.placement.spread]
  switch (by) {
    case 'known':
      return 'what others have is not known'
    case 'first':
      return fewest(wanted, host, first, occupancy)
    case 'second':
      return fewest(wanted, host, second, occupancy)
    case 'third':
      return fewest(wanted, host, third, occupancy)
    case 'score':
      return packs ? 'least room left' : 'most room left'
    case 'instances':
      return `${packs ? 'most' : 'fewest'} instances (${occupancy.instances(host)})`
    case 'order':
      return 'first of equal hosts'
  }
}

function fewest({ resource }: Wanted, host: HostState, within: Scope, occupancy: Occupancy): string {
  const count = plural(occupancy.of(resource, host, within), 'instance')
  const where = within === 'host' ? '' : ` at ${host[within] === null ? `no ${within}` : `${within} ${host[within]}`}`
  return `fewest of ${resource}${where} (${count})`
}
