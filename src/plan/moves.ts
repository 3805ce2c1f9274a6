import { Cul8erError } from '../errors.js'
import { plural } from '../plural.js'
import { someOf } from '../some-of.js'
import { holdsData } from '../topology/holds-data.js'
import type { Resource, Topology } from '../topology/model.js'
import { isHalfDone } from './half-done.js'
import type { Moves, Revision } from './model.js'
import type { PlanInput } from './plan-input.js'
import type { Ours, PlannedChange } from './planned-change.js'
import { isRouted } from './reach.js'
import type { Situation } from './situation.js'
import { replicas, resourceOf, type Replica } from './specs.js'

/** Why an instance stays on a host that is to be emptied: it was replaced, it is half changed, or it has no other host to be on. */
type Kind = 'replaced' | 'dirty' | 'pinned'

/** An instance that stays on a host that is to be emptied, and why. */
export interface Staying {
  instance: Ours
  kind: Kind
}

/** Whether an instance leaves its host with what is in it, and no new one begins elsewhere. */
export const movesWithData = ({ labels }: Pick<Ours, 'labels'>, resource: Pick<Resource, 'stateful' | 'volumes'>) =>
  labels.stateful === true || holdsData(resource)

/**
 * What cannot leave the hosts that are to be emptied: what was replaced and has data, what holds data and is half changed, and what has no other
 * host.
 * @param withData - what may hold the only copy of data
 */
export function stayingOn(
  { moves: { off }, revision, dirty = [] }: Pick<PlanInput, 'revision' | 'dirty'> & { moves: Moves },
  { placeOf, ours, left }: Pick<Situation, 'placeOf' | 'ours' | 'left'>,
  withData: ReadonlySet<Ours>,
): Staying[] {
  const here = (instance: Ours): boolean => off.includes(instance.host)
  const living = replicas(revision).flatMap((replica) => {
    const { live } = placeOf(replica)
    return live === null || !here(live) ? [] : [{ live, resource: resourceOf(revision, replica.resource) }]
  })
  const lives = new Set(living.map(({ live }) => live))
  const replaced = ours.filter((i) => here(i) && withData.has(i) && !lives.has(i))
  const others = living.flatMap(({ live, resource }): Staying[] => {
    if (left.candidates(resource).length === 0) return [{ instance: live, kind: 'pinned' }]
    if (!movesWithData(live, resource)) return []
    // Nobody knows which of them holds the data.
    if (live.labels.role !== 'live') return [{ instance: live, kind: 'replaced' }]
    return isHalfDone(live, dirty) ? [{ instance: live, kind: 'dirty' }] : []
  })
  return [...replaced.map((instance): Staying => ({ instance, kind: 'replaced' })), ...others].sort((a, b) =>
    a.instance.name.localeCompare(b.instance.name),
  )
}

/**
 * Nothing is touched where something would have to stay.
 * @throws Cul8erError DATA_LOSS where data would be left behind, else NO_ROOM, with every instance
 */
export function refuseStaying(staying: readonly Staying[], { off }: Moves): void {
  if (staying.length === 0) return
  const kinds = KINDS.filter((kind) => staying.some((each) => each.kind === kind))
  const why = kinds.map((kind) => `${named(staying, kind)} ${WHY[kind]}`)
  const code = kinds.every((kind) => kind === 'pinned') ? 'NO_ROOM' : 'DATA_LOSS'
  throw new Cul8erError(code, `${off.join(', ')} cannot be drained: ${why.join('; ')}`, {
    hint: [...kinds.map((kind) => HINTS[kind]), '--force moves the rest and leaves these where they are'].join('; '),
    details: {
      instances: staying.map(({ instance: { name, host, labels }, kind }) => ({
        ...{ instance: name, host, resource: labels.resource },
        reason: REASONS[kind],
      })),
    },
  })
}

const KINDS = ['replaced', 'dirty', 'pinned'] as const satisfies readonly Kind[]

const WHY: Record<Kind, string> = {
  replaced: 'was replaced and may hold the only copy of its data',
  dirty: 'holds data and was left half changed by an earlier operation',
  pinned: 'may be nowhere else (`on`)',
}

const HINTS: Record<Kind, string> = {
  replaced: 'look whether its data is still needed; a deploy with --force deletes it',
  dirty: 'deploy or roll back first',
  pinned: 'name more hosts in `on`, and deploy',
}

const REASONS: Record<Kind, string> = {
  replaced: 'replaced, with data',
  dirty: 'half changed',
  pinned: 'no other host',
}

const named = (staying: readonly Staying[], kind: Kind): string =>
  someOf(
    staying.flatMap((each) => (each.kind === kind ? [each.instance.name] : [])),
    5,
  )

/** Why an instance leaves. */
export const drainedWords = (host: string): string => `host ${host} is being drained`

/** What a person should know before a host is emptied: what stays, and who is not answered there any more. */
export function moveNotes(
  { topology }: Revision,
  { off }: Moves,
  { changes, staying }: { changes: readonly PlannedChange[]; staying: readonly Staying[] },
): string[] {
  const rest = staying.map(
    ({ instance, kind }) => `${instance.name} stays on ${instance.host} (--force): it ${WHY[kind]}`,
  )
  return [
    ...rest,
    ...dataNotes(changes),
    ...wayNotes(topology, off, changes),
    ...off.flatMap((host) => portNotes(topology, host, changes)),
  ]
}

/** What becomes of data. */
function dataNotes(changes: readonly PlannedChange[]): string[] {
  const moved = changes.flatMap(({ action, instance }) => (action === 'move' ? [instance] : []))
  if (moved.length === 0) return []
  const its =
    moved.length === 1
      ? 'its data is copied while the app runs; then it stops'
      : 'their data is copied while the apps run; then one after another stops'
  return [`${someOf(moved, 5)}: ${its}, what has changed since is copied, and it starts on the other host`]
}

/** What the strategy does beside a plain move. */
function wayNotes({ strategy }: Topology, off: readonly string[], changes: readonly PlannedChange[]): string[] {
  const beside = changes.filter(({ from, host }) => from !== null && from.host === host && !off.includes(host))
  const resources = [...new Set(beside.map(({ resource }) => resource))]
  return [
    ...(strategy.approach === 'recreate' && changes.length > 0
      ? ['recreate stops an instance before its replacement starts: requests may fail meanwhile']
      : []),
    ...resources.map((name) => `blueGreen replaces the whole set of ${name}, on its other hosts in place`),
  ]
}

/** Who asks the public ports of a host that is about to go down. */
function portNotes(topology: Topology, host: string, changes: readonly PlannedChange[]): string[] {
  const ports = new Map<string, Set<number>>()
  for (const [name, { expose, on }] of Object.entries(topology.resources)) {
    const others = on.filter((each) => each !== host)
    const moves = changes.some(({ resource, from }) => resource === name && from?.host === host)
    if (expose.length === 0 || !on.includes(host) || others.length === 0 || !(moves || isRouted(topology))) continue
    const key = others.join(', ')
    ports.set(key, new Set([...(ports.get(key) ?? []), ...expose.map(({ as }) => as)]))
  }
  return [...ports].map(([others, asked]) => {
    const which = `${plural(asked.size, 'port').replace(/^\d+ /, '')} ${[...asked].join(', ')}`
    return isRouted(topology)
      ? `${host} still answers at ${which} and leads to the others; before it goes down, clients need the addresses of ${others}`
      : `${host} no longer answers at ${which}: clients need the addresses of ${others}`
  })
}

/** Of replicas that live on a host that is to be emptied, those that can leave it. */
export const leaves = (
  replica: Replica,
  { placeOf }: Pick<Situation, 'placeOf'>,
  staying: readonly Staying[],
  off: readonly string[],
): boolean => {
  const { live } = placeOf(replica)
  return live !== null && off.includes(live.host) && staying.every(({ instance }) => instance !== live)
}
