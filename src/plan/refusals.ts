import { placeKey } from './place-key.js'
import { Cul8erError } from '../errors.js'
import { keptThenDrained } from './kept-then-drained.js'
import type { ObservedInstance } from './model.js'
import type { Ours, PlannedChange } from './planned-change.js'

interface Loss extends PlannedChange {
  from: NonNullable<PlannedChange['from']>
  snapshots: string[]
}

/** Made, or brought back, while the one with the data may be where nobody looks. */
export interface Abandoned {
  change: PlannedChange
  /** Hosts that are left out. */
  hosts: string[]
}

/**
 * Data is never lost unasked, in whatever way: by a replacement, or by a deletion because of a resource or replica that is gone, is
 * called or numbered differently, or lives elsewhere. With `force` it is, and the notes say so.
 * @throws Cul8erError DATA_LOSS with all that would be lost
 */
export function refuseDataLoss(
  all: readonly PlannedChange[],
  { withData, abandoned, force }: { withData: ReadonlySet<Ours>; abandoned: readonly Abandoned[]; force: boolean },
): string[] {
  const byPlace = new Map([...withData].map((i) => [placeKey(i), i]))
  const losses = all.flatMap((w): Loss[] => {
    const { action, from } = w
    if (from === null || (action !== 'replace' && action !== 'delete')) return []
    const instance = byPlace.get(placeKey(from))
    if (instance === undefined) return []
    return [{ ...w, from, snapshots: instance.snapshots.map(({ name }) => name) }]
  })
  if (force) return [...losses.map(lossNote), ...abandoned.map(abandonedNote)]
  if (losses.length + abandoned.length === 0) return []
  const words = [...losses.map(inWords), ...abandoned.map(abandonedInWords)]
  throw new Cul8erError('DATA_LOSS', `data would be lost: ${words.join('; ')}`, {
    hint: [...new Set([...losses.map(hintFor), ...abandoned.map(abandonedHint)])].join('; '),
    details: {
      instances: [
        ...losses.map(({ from, action, reasons, snapshots }) => ({ ...inShort(from), action, reasons, snapshots })),
        ...abandoned.map(({ change: { instance: name, host, resource, action, reasons } }) => ({
          ...inShort({ name, host, resource }),
          action,
          reasons,
          snapshots: [],
        })),
      ],
    },
  })
}

const inShort = ({
  name,
  host,
  resource,
}: Pick<Loss['from'], 'name' | 'host' | 'resource'>): Record<string, string> => ({
  instance: name,
  host,
  resource,
})

const abandonedInWords = ({ change: { instance, host }, hosts }: Abandoned): string =>
  `${instance} is stateful and would be created again on ${host}, while its data may be on ${hosts.join(' or ')}, which is left out`

const abandonedHint = ({ hosts }: Abandoned): string =>
  `bring ${hosts.join(' or ')} back, or use --force to start without the data`

const abandonedNote = ({ change: { action, instance, host }, hosts }: Abandoned): string =>
  action === 'create'
    ? `--force: ${instance} is created again on ${host}, without the data that may be on ${hosts.join(' or ')}`
    : `--force: ${instance} on ${host} comes back as it was when it was replaced, without what was written since, which may be on ${hosts.join(' or ')}`

function inWords(loss: Loss): string {
  const { action, from, reasons, snapshots, revive } = loss
  const end =
    action === 'delete' ? 'deleted' : `${revive === true ? 'discarded for' : 'replaced by'} ${successor(loss)}`
  return `${from.name} on ${from.host} is stateful and would be ${end}, ${its(snapshots)} with it (${reasons.join('; ')})`
}

/** What takes the place, which may have the same name on another host. */
const successor = ({ from, instance, host }: Loss): string => (host === from.host ? instance : `${instance} on ${host}`)

const its = ({ length }: string[]): string =>
  length === 0 ? 'its data' : `its data and ${length === 1 ? 'a snapshot' : `${length} snapshots`}`

function hintFor(loss: Loss): string {
  const { action, from, revive, image } = loss
  if (image !== undefined) return 'leave out --refresh-images, or move the data yourself and use --force'
  if (revive === true) return `--force goes back to ${successor(loss)}, without what was written to ${from.name} since`
  return action === 'delete'
    ? 'declare it by its old name and number, or move the data yourself and use --force'
    : loss.host === from.host
      ? 'keep its image, type and host, or move the data yourself and use --force'
      : keptThenDrained(from.host)
}

function lossNote(loss: Loss): string {
  const { action, from, snapshots, revive } = loss
  if (action === 'delete') return `--force: ${from.name} on ${from.host} is deleted, ${its(snapshots)} with it`
  return revive === true
    ? `--force: ${successor(loss)} comes back in place of ${from.name}, and what was written to ${from.name} since is lost`
    : `--force: ${successor(loss)} replaces ${from.name} and starts without its data`
}

/**
 * Never touch what is not ours: a foreign instance with a name that we need is an error, not an update. What is ours and serves is
 * not deleted before its replacement does: with `force` only.
 * @throws Cul8erError NAME_CLASH
 */
export function refuseClashes(
  all: readonly PlannedChange[],
  observed: readonly ObservedInstance[],
  { topology, ours, force }: { topology: string; ours: readonly Ours[]; force: boolean },
): void {
  for (const { action, instance, host, revive } of all) {
    if ((action !== 'create' && action !== 'replace') || revive) continue
    const there = observed.find((i) => i.name === instance && i.host === host)
    if (there === undefined) continue
    const own = ours.find((i) => i.name === instance && i.host === host)
    if (own === undefined) throw foreign(there)
    if (own.labels.role === 'live' && !force) throw inTheWay(own)
  }
  for (const { instance, host } of all.filter(({ action }) => action === 'move')) {
    const there = observed.find((i) => i.name === instance && i.host === host)
    // A copy of it is brought up to date.
    if (there === undefined || (there.labels?.replica !== undefined && there.labels.topology === topology)) continue
    throw ours.some((i) => i.name === instance && i.host === host) ? leftThere(there) : foreign(there)
  }
}

const leftThere = ({ name, host }: ObservedInstance): Cul8erError =>
  new Cul8erError('NAME_CLASH', `instance ${name} on ${host} was left there by an earlier operation`, {
    hint: `look whether its data is still needed; then remove it (incus delete ${name})`,
    details: { instance: name, host },
  })

function foreign({ name, host, labels }: ObservedInstance): Cul8erError {
  if (labels?.replica !== undefined) {
    return new Cul8erError(
      'NAME_CLASH',
      `instance ${name} on ${host} exists and is the copy of ${name} on ${labels.replica.from}`,
      {
        hint: `cul8er restore --from-replica ${host} makes it the live one`,
        details: { instance: name, host },
      },
    )
  }
  const owner = labels === null ? "is not cul8er's" : `belongs to topology ${labels.topology}`
  return new Cul8erError('NAME_CLASH', `instance ${name} on ${host} exists and ${owner}`, {
    hint: `rename it (incus rename ${name} NEW-NAME), or name the resource or topology differently`,
    details: { instance: name, host },
  })
}

const inTheWay = ({ name, host, labels: { resource } }: Ours): Cul8erError =>
  new Cul8erError(
    'NAME_CLASH',
    `instance ${name} of resource ${resource} on ${host} has a name that another one needs: it would be deleted before its replacement serves`,
    { hint: 'name the resource differently, or use --force', details: { instance: name, host } },
  )
