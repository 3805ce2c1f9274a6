import { isAsWanted } from './as-wanted.js'
import { instanceName } from '../naming/instance-names.js'
import { balance, type Movable } from './placement/balance.js'
import { placeInstances } from './placement/place.js'
import { demandOf, isLimited } from './placement/demand.js'
import type { Question } from './placement/facts.js'
import { hostStates } from './placement/host-states.js'
import type { Choice, HostState, Wanted } from './placement/model.js'
import { noRoom, placementNotes } from './placement/notes.js'
import type { Declared } from './placement/rules.js'
import { defaultPlacement } from './placement/settings.js'
import { dataHolders } from './leftovers.js'
import { drainedWords, leaves, movesWithData, stayingOn, type Staying } from './moves.js'
import type { PlanInput } from './plan-input.js'
import { situationOf, type Situation } from './situation.js'
import { replicaKey, replicas, resourceOf, type Replica } from './specs.js'
import { hostsWithVolumes } from './volumes.js'

/** The host of an instance that is made or moves. */
export interface NewPlace {
  host: string
  /** In words; null: there was nothing to choose. */
  reason: string | null
  /** Why what is as declared moves there; absent: it is missing, or its host is not declared for it any more. */
  because?: string
}

/** An instance that no host has room for, and why, in words. */
export interface Unplaced {
  instance: string
  why: string
}

/**
 * Hosts for what is to be made or must move, by replica. What has a host keeps it.
 * @param staying - what cannot leave hosts that are to be emptied
 * @returns `unplaced`: with `partly` what has no room, where others have
 * @throws Cul8erError NO_ROOM, unless `force` or a rollback goes on: then a note says so, and what was to move stays where it is
 */
export function placeNew(
  situation: Situation,
  input: PlanInput,
  staying: readonly Staying[] = [],
): { places: ReadonlyMap<string, NewPlace>; notes: string[]; unplaced: Unplaced[] } {
  const { revision, force = false, goesBack = false, partly = false, moves = null } = input
  const wanted = homeless(situation, input, staying)
  if (wanted.length === 0) return { places: new Map(), notes: [], unplaced: [] }
  const { resources } = revision.topology
  const declared = Object.fromEntries(Object.entries(resources).map(([name, { placement }]) => [name, placement]))
  const hosts = hostStates(situation, input)
  const goesOn = moves !== null ? null : force ? '--force' : goesBack ? 'rollback' : null
  if (moves?.gain !== undefined) return evenedOut(wanted, { hosts, declared, gain: moves.gain })
  const place = (forced: boolean): Choice[] => placeInstances({ hosts, wanted, declared, force: forced })
  const choices = place(goesOn !== null)
  const without = choices.filter(({ host }) => host === null)
  // Without a host that runs virtual machines there is another error, which says what such a host needs.
  const noVms = without.length > 0 && without.every(({ refused }) => refused.every(({ kind }) => kind === 'vm'))
  const isPart = partly && without.length < wanted.length
  if (without.length > 0 && !noVms && !isPart && !(moves !== null && force)) {
    throw noRoom(without, moves === null ? undefined : MOVES_HINT)
  }
  const final = noVms && moves === null ? place(true) : choices
  const places = final.flatMap(({ wanted: { key, from }, host, reason }): [string, NewPlace][] =>
    host === null ? [] : [[key, { host, reason, ...(from === undefined ? {} : { because: drainedWords(from) }) }]],
  )
  const stay = moves === null ? [] : without.map(({ wanted: { name, from } }) => `${name} stays on ${from} (--force)`)
  const unplaced = noVms || moves !== null ? [] : without
  return {
    places: new Map(places),
    notes: [...placementNotes(final, hosts, goesOn), ...stay],
    unplaced: unplaced.map((each) => ({ instance: each.wanted.name, why: noRoom([each]).message })),
  }
}

/** Places for what moves so that hosts are used evenly; none where it is not worth it. */
function evenedOut(
  wanted: readonly Wanted[],
  { hosts, declared, gain }: { hosts: HostState[]; declared: Declared; gain: number },
): ReturnType<typeof placeNew> {
  const movable = wanted.flatMap((each): Movable[] => (each.from === undefined ? [] : [{ ...each, from: each.from }]))
  const { moves, before, after, by } = balance({ hosts, movable, declared })
  const nowhere = (note: string): ReturnType<typeof placeNew> => ({ places: new Map(), unplaced: [], notes: [note] })
  const usable = hosts.filter(({ cordoned, unreachable }) => cordoned === null && unreachable === null)
  if (usable.length < 2) return nowhere('fewer than two hosts may take instances: the others are cordoned or left out')
  const of = by === 'limits' ? 'CPUs or memory' : 'instances'
  const full = by === 'limits' ? 'of its CPUs or memory taken' : 'of the instances'
  const gap = `the fullest and the emptiest host are ${Math.round(before)} percentage points apart (${of})`
  if (moves.length === 0) return nowhere(`${gap}: no move narrows that`)
  if (before - after < gain) {
    return nowhere(`${gap}, and would be ${Math.round(after)}: less than --gain ${gain} is gained`)
  }
  const places = moves.map(({ wanted: { key, from }, to, fuller, emptier }): [string, NewPlace] => {
    const because = `host ${from} has ${Math.round(fuller)} % ${full}, ${to} ${Math.round(emptier)} %`
    return [key, { host: to, reason: null, because }]
  })
  return { places: new Map(places), unplaced: [], notes: [`${gap}, and will be ${Math.round(after)}`] }
}

const MOVES_HINT =
  'let more hosts have it (`on`, `placement`, limits); --force moves the rest and leaves it where it is'

/** What needs a host: what is missing, and what lives where its resource is not declared for. */
function homeless(
  situation: Situation,
  { revision, storage = [], refresh = null, moves = null }: PlanInput,
  staying: readonly Staying[],
): Wanted[] {
  const { placeOf, left } = situation
  const demands = new Map(Object.entries(revision.topology.resources).map(([name, each]) => [name, demandOf(each)]))
  return replicas(revision).flatMap((replica): Wanted[] => {
    const { live, aside } = placeOf(replica)
    const resource = resourceOf(revision, replica.resource)
    const hosts = left.candidates(resource)
    const demand = demands.get(replica.resource)
    if (hosts.length === 0 || demand === undefined) return []
    const wanted = (candidates: string[], several = resource.on.length > 1): Wanted => ({
      key: replicaKey(replica),
      name: nameOf(revision.topology.name, replica),
      resource: replica.resource,
      type: resource.type,
      candidates,
      several,
      demand,
      replicas: resource.replicas ?? 1,
      placement: resource.placement ?? defaultPlacement,
    })
    if (moves?.gain !== undefined) {
      const isFree = live !== null && !movesWithData(live, resource) && hosts.includes(live.host)
      return isFree && hosts.length > 1 && wanted(hosts).placement.strategy === 'spread'
        ? [{ ...wanted(hosts), from: live.host }]
        : []
    }
    if (moves !== null) {
      return live !== null && leaves(replica, situation, staying, moves.off)
        ? [{ ...wanted(hosts), from: live.host }]
        : []
    }
    if (live === null) {
      if (left.isLeft(replica)) return []
      // On any other host it would begin without the data of its volume.
      const holding = hostsWithVolumes(revision, replica, storage)
      const near = hosts.filter((each) => holding.includes(each))
      return [near.length > 0 ? wanted(near, near.length > 1) : wanted(hosts)]
    }
    if (resource.on.includes(live.host)) return []
    return aside !== null && isAsWanted(revision, replica, aside, refresh) ? [] : [wanted(hosts)]
  })
}

const nameOf = (topology: string, { resource, index }: Replica): string => instanceName(topology, resource, index)

/**
 * What hosts must be asked before instances are placed: of what they have nothing where there is nothing to choose, or nothing that is
 * wanted of a host can run out; and always whether they are cordoned.
 */
export function questions(input: PlanInput): Question[] {
  const { hosts } = input.revision.topology
  const careful = (host: string): boolean => hosts[host]?.reserve !== undefined || hosts[host]?.overcommit !== undefined
  const situation = situationOf(input)
  const wanted = homeless(situation, input, stayingIn(situation, input))
  const asked = new Map<string, Question>()
  for (const { candidates, several, demand, type, placement, resource } of wanted) {
    const abilities = candidates.length > 1 && (type === 'vm' || placement.require.architecture !== null)
    for (const host of candidates) {
      const capacity = isLimited(demand) && (several || careful(host))
      const question = asked.get(host) ?? { host, capacity: false, abilities: false, rootPoolsOf: [], pools: [] }
      asked.set(host, {
        host,
        capacity: question.capacity || capacity,
        abilities: question.abilities || abilities,
        rootPoolsOf: distinct(question.rootPoolsOf, capacity && demand.diskMiB > 0 ? [resource] : []),
        pools: distinct(question.pools, capacity ? Object.keys(demand.volumes) : []),
      })
    }
  }
  return [...asked.values()]
}

/** What cannot leave the hosts that are to be emptied. */
export function stayingIn(situation: Situation, { moves = null, ...input }: PlanInput): Staying[] {
  if (moves === null) return []
  const { ours, placeOf, left } = situation
  const stays = replicas(input.revision).flatMap((replica) => placeOf(replica).live ?? [])
  return stayingOn({ ...input, moves }, situation, dataHolders(ours, stays, left))
}

const distinct = (some: readonly string[], more: readonly string[]): string[] => [...new Set([...some, ...more])]
