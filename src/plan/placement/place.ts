import { isPacked, placeBatch } from './batch.js'
import { chooseHost } from './greedy.js'
import type { Choice, HostState, Wanted } from './model.js'
import { Occupancy } from './occupancy.js'
import { inOrder } from './order.js'
import { rulesOf, type Declared, type Rules } from './rules.js'

export interface PlacementInput {
  hosts: readonly HostState[]
  wanted: readonly Wanted[]
  /** Placements of all resources, also of those that need no host. */
  declared: Declared
  /** Where every host is refused, take the one that is refused for the least. */
  force?: boolean
}

/**
 * A host for each instance, with the reason, and why the others were refused. Pure: the same input gives the same answer. What is to
 * be packed goes first and together; everything else one after the other, each to the host that is best then. Where that leaves
 * something without a host, all go one after the other by priority.
 */
export function placeInstances({ hosts, wanted, declared, force = false }: PlacementInput): Choice[] {
  const rules = new Map<string, Rules>()
  const rulesFor = ({ resource, placement }: Wanted): Rules => {
    const found = rules.get(resource) ?? rulesOf(resource, placement, declared)
    rules.set(resource, found)
    return found
  }
  const ordered = inOrder(wanted, new Map(hosts.map((host) => [host.name, host])))
  const packed = ordered.filter((each) => isPacked(each, rulesFor(each)))
  const oneByOne = (some: readonly Wanted[], occupancy: Occupancy): Choice[] =>
    some.map((each) => chooseHost(each, rulesFor(each), occupancy, force))
  const together = packed.length === 0 ? null : attempt()
  const single = together === null || homeless(together) > 0 ? oneByOne(ordered, new Occupancy(hosts)) : null
  const choices = single === null || (together !== null && homeless(together) < homeless(single)) ? together : single
  const byKey = new Map((choices ?? []).map((choice) => [choice.wanted.key, choice]))
  return wanted.flatMap(({ key }) => byKey.get(key) ?? [])

  function attempt(): Choice[] | null {
    const occupancy = new Occupancy(hosts)
    const bound = ordered.filter((each) => each.candidates.length === 1)
    const others = ordered.filter((each) => !bound.includes(each) && !packed.includes(each))
    const first = oneByOne(bound, occupancy)
    const batch = placeBatch(packed, { hosts, rulesFor, occupancy })
    return batch === null ? null : [...first, ...batch, ...oneByOne(others, occupancy)]
  }
}

const homeless = (choices: readonly Choice[]): number =>
  choices.filter(({ host, forced }) => host === null || forced).length
