import { Cul8erError } from '../../errors.js'
import { someOf } from '../../some-of.js'
import { nearest } from '../../topology/nearest.js'
import { secondsWords } from '../../topology/units.js'
import type { ObservedInstance, Revision } from '../model.js'
import { oursOf } from '../ours.js'
import { liveInstance, type LiveInstance } from '../planned-change.js'
import { replicaKey } from '../specs.js'
import { copiesOf, type Copy } from './copies.js'

/** A copy that becomes the live instance of its place. */
export interface Promotion {
  /** As it will be. */
  at: LiveInstance
  /** What of it is whole. */
  snapshot: string
  /** Moment of that, ISO time. */
  copiedAt: string
  /** Host of the original. */
  from: string
  /** What has its place now, to be stopped and put aside; absent: nothing is known to. */
  original?: LiveInstance
}

export interface PromotionInput {
  revision: Revision
  observed: readonly ObservedInstance[]
  /** Hosts that give no answer. */
  silent: readonly string[]
  /** Where the copies are. */
  host: string
  /** Absent: of all that have one there. */
  resource?: string | undefined
  force: boolean
  now: number
}

/**
 * The copies of a host that take the places of their originals.
 * @throws Cul8erError NOT_FOUND where there are none; DATA_LOSS while an original runs, or may run, unless `force` says that it does not
 */
export function promotions({ revision, observed, silent, host, resource, force, now }: PromotionInput): Promotion[] {
  const { name: topology } = revision.topology
  const all = copiesOf(topology, observed)
  const chosen = newestOfEach(
    all.filter((copy) => copy.host === host && (resource === undefined || copy.labels.resource === resource)),
  )
  if (chosen.length === 0) throw noCopy(all, { revision, silent, host, resource })
  const ours = oursOf(topology, observed)
  return chosen.map((copy) => {
    const { at, snapshot, from } = copy.labels.replica
    if (at === null || snapshot === null || !copy.snapshots.some(({ name }) => name === snapshot))
      throw nothingWhole(copy)
    if (revision.topology.resources[copy.labels.resource] === undefined) throw undeclared(copy, revision)
    const original = ours.find(
      (i) => i.labels.role === 'live' && replicaKey(i.labels) === replicaKey(copy.labels) && i.host !== host,
    )
    if (!force) {
      if (original !== undefined && original.status !== 'Stopped') throw runs(copy, original.host, at, now)
      if (original === undefined && silent.length > 0) {
        throw mayRun(copy, silent.includes(from) ? from : (silent[0] ?? from), at, now)
      }
    }
    return {
      at: liveInstance({ ...copy, labels: { ...copy.labels, role: 'live' } }),
      snapshot,
      copiedAt: at,
      from,
      ...(original === undefined ? {} : { original: liveInstance(original) }),
    }
  })
}

/**
 * A copy has the name of its original: where that was replaced by one of another name, the copies of both are there, and only one may have
 * their place.
 */
function newestOfEach(copies: readonly Copy[]): Copy[] {
  const newest = new Map<string, Copy>()
  for (const copy of copies) {
    const key = replicaKey(copy.labels)
    const other = newest.get(key)
    if (other === undefined || momentOf(copy) > momentOf(other)) newest.set(key, copy)
  }
  return [...newest.values()]
}

/** ms since the epoch of what is whole; 0: nothing is. */
const momentOf = ({ labels: { replica } }: Copy): number => (replica.at === null ? 0 : Date.parse(replica.at))

const lost = (at: string, now: number): string =>
  `what was written since ${at} (${secondsWords(now - Date.parse(at))}) is lost`

const runs = ({ name, host }: Copy, on: string, at: string, now: number): Cul8erError =>
  new Cul8erError('DATA_LOSS', `${name} runs on ${on}: with the copy on ${host} in its place, ${lost(at, now)}`, {
    hint: `stop it (incus stop ${name}) if it must not go on; --force stops it, and keeps its data on ${on}`,
    details: { instance: name, host: on, copy: host, copiedAt: at },
  })

const mayRun = ({ name, host }: Copy, silent: string, at: string, now: number): Cul8erError =>
  new Cul8erError(
    'DATA_LOSS',
    `host ${silent} gives no answer: if ${name} still runs there, there would be two that write; ${lost(at, now)}`,
    {
      hint: `--force says that ${silent} is switched off or cut off for good, and starts the copy on ${host}`,
      details: { instance: name, host: silent, copy: host, copiedAt: at },
    },
  )

const nothingWhole = ({ name, host }: Copy): Cul8erError =>
  new Cul8erError('NOT_FOUND', `the copy of ${name} on ${host} was never completed: there is nothing to go back to`, {
    final: true,
    details: { instance: name, host },
  })

const undeclared = ({ name, labels: { resource } }: Copy, { number }: Revision): Cul8erError =>
  new Cul8erError('NOT_FOUND', `${name} cannot be restored: revision ${number} has no resource ${resource}`, {
    final: true,
    hint: `deploy a revision that declares ${resource} first`,
  })

function noCopy(
  all: readonly Copy[],
  { revision, silent, host, resource }: Pick<PromotionInput, 'revision' | 'silent' | 'host' | 'resource'>,
): Cul8erError {
  const { hosts, resources, name } = revision.topology
  const wrong = (what: string, word: string, known: readonly string[]): Cul8erError => {
    const near = nearest(word, known)
    const meant = near === undefined ? '' : ` (did you mean ${near}?)`
    return new Cul8erError('NOT_FOUND', `${name} has no ${what} ${word}${meant}`, {
      final: true,
      hint: `there are: ${someOf(known, 12)}`,
    })
  }
  if (hosts[host] === undefined) return wrong('host', host, Object.keys(hosts))
  if (resource !== undefined && resources[resource] === undefined)
    return wrong('resource', resource, Object.keys(resources))
  if (silent.includes(host)) return new Cul8erError('UNREACHABLE', `host ${host} gives no answer`)
  const where = all
    .filter(({ labels }) => resource === undefined || labels.resource === resource)
    .map((copy) => `${copy.name} on ${copy.host}`)
  return new Cul8erError(
    'NOT_FOUND',
    `host ${host} has no copy of ${resource === undefined ? `anything of ${name}` : resource}`,
    {
      final: true,
      hint:
        where.length === 0
          ? `nothing of ${resource ?? name} has a copy; \`replicate\` declares them`
          : `there are: ${someOf(where, 12)}`,
    },
  )
}
