import { Cul8erError } from '../errors.js'
import { plural } from '../plural.js'
import { someOf } from '../some-of.js'
import { holdsData } from '../topology/holds-data.js'
import type { Topology } from '../topology/model.js'
import type { Moves, Revision } from './model.js'
import type { Ours, PlannedChange } from './planned-change.js'
import { isRouted } from './reach.js'
import type { Situation } from './situation.js'
import { replicas, resourceOf, type Replica } from './specs.js'

/** An instance that stays on a host that is to be emptied, and why. */
export interface Staying {
  instance: Ours
  /** data: it would begin elsewhere without its data. pinned: it has no other host to be on. */
  kind: 'data' | 'pinned'
}

/**
 * What cannot leave the hosts that are to be emptied: what holds data, also what was put aside with data, and what has no other host.
 * @param withData - what may hold the only copy of data
 */
export function stayingOn(
  off: readonly string[],
  revision: Revision,
  { placeOf, ours, left }: Pick<Situation, 'placeOf' | 'ours' | 'left'>,
  withData: ReadonlySet<Ours>,
): Staying[] {
  const here = (instance: Ours): boolean => off.includes(instance.host)
  const held = ours.filter((i) => here(i) && withData.has(i))
  const others = replicas(revision).flatMap((replica): Staying[] => {
    const { live } = placeOf(replica)
    if (live === null || !here(live) || withData.has(live)) return []
    const resource = resourceOf(revision, replica.resource)
    if (holdsData(resource)) return [{ instance: live, kind: 'data' }]
    return left.candidates(resource).length === 0 ? [{ instance: live, kind: 'pinned' }] : []
  })
  return [...held.map((instance): Staying => ({ instance, kind: 'data' })), ...others].sort((a, b) =>
    a.instance.name.localeCompare(b.instance.name),
  )
}

/**
 * Nothing is touched where something would have to stay.
 * @throws Cul8erError DATA_LOSS where data would be left behind, else NO_ROOM, with every instance
 */
export function refuseStaying(staying: readonly Staying[], { off }: Moves): void {
  if (staying.length === 0) return
  const data = named(staying, 'data')
  const pinned = named(staying, 'pinned')
  const hosts = off.join(', ')
  const why = [
    ...(data === '' ? [] : [`${data} would begin elsewhere without the data that is there`]),
    ...(pinned === '' ? [] : [`${pinned} may be nowhere else (\`on\`)`]),
  ]
  throw new Cul8erError(data === '' ? 'NO_ROOM' : 'DATA_LOSS', `${hosts} cannot be drained: ${why.join('; ')}`, {
    hint: [
      ...(pinned === '' ? [] : ['name more hosts in `on`, and deploy']),
      ...(data === '' ? [] : ['move the data yourself: declare another host, and deploy with --force']),
      '--force moves the rest and leaves these where they are',
    ].join('; '),
    details: {
      instances: staying.map(({ instance: { name, host, labels }, kind }) => ({
        ...{ instance: name, host, resource: labels.resource },
        reason: kind === 'data' ? 'holds data' : 'no other host',
      })),
    },
  })
}

const named = (staying: readonly Staying[], kind: Staying['kind']): string =>
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
  const rest = staying.map(({ instance, kind }) =>
    kind === 'data'
      ? `${instance.name} stays on ${instance.host}, with its data (--force)`
      : `${instance.name} stays on ${instance.host}: it may be nowhere else (--force)`,
  )
  return [...rest, ...wayNotes(topology, off, changes), ...off.flatMap((host) => portNotes(topology, host, changes))]
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
