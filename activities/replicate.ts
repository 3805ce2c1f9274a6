import type { Activities, ReplicaChange, ReplicaRecord } from '../src/contracts/index.js'
import { messageOf } from '../src/errors.js'
import { copyTo, type Copied } from '../src/instances/replica.js'
import { dueAt, nextAt, recordOf } from '../src/plan/replication/age.js'
import { isWhole, replicaOf, wantedCopies, type WantedCopy } from '../src/plan/replication/copies.js'
import type { ActivityDeps } from './deps.js'
import { inBatches } from './inspect/in-batches.js'
import { observeEach } from './observe.js'
import { withoutStale } from './stale.js'
import { step } from './step.js'

/** Originals that are copied at the same time: all of it passes through the worker. */
const AT_ONCE = 2

/** Keeping copies of what holds data on other hosts. */
export function replicationActivities(deps: ActivityDeps): Pick<Activities, 'replicate'> {
  return {
    replicate: step(async ({ topology, revision, dirty, known, restores = [] }, signal) => {
      const { hosts, project } = revision.topology
      const { observed: found, unreachable } = await observeEach(deps.executorFor, hosts, project, signal)
      const observed = await withoutStale(deps, { topology, project, hosts, found, restores, dirty }, signal)
      const wanted = wantedCopies(revision, observed)
      const silent = new Map(unreachable.map(({ host, error }) => [host, error.message]))
      const why = new Map(
        wanted.flatMap((copy): [string, string][] => {
          const reason = obstacle(copy, silent)
          return reason === null ? [] : [[copy.key, reason]]
        }),
      )
      const began = Date.now()
      const due = wanted.filter(
        (copy) =>
          !why.has(copy.key) &&
          isWhole(copy, dirty) &&
          dueAt(replicaOf(copy, began)?.at, copy.replicate.everyMs) <= began,
      )
      const originals = [...new Set(due.map(({ original }) => original))]
      const groups = originals.map((each) => due.filter(({ original }) => original === each))
      const done = await inBatches(groups, AT_ONCE, async (group): Promise<[string, Copied][]> => {
        const copied = await copyGroup(deps, { topology, project, hosts, group }, signal)
        return group.map((copy) => [copy.key, copied(copy.host)])
      })
      const ends = new Map(done.flat())
      const rounds = wanted.map((copy) => {
        const end = ends.get(copy.key)
        const failed = end !== undefined && 'error' in end ? messageOf(end.error) : why.get(copy.key)
        const at = end !== undefined && 'at' in end ? end.at : replicaOf(copy, began)?.at
        const { key, resource, instance, host, replicate } = copy
        const times = { now: Date.now(), everyMs: replicate.everyMs }
        const found = {
          ...{ resource, instance, host },
          ...(at == null ? {} : { at }),
          ...(failed === undefined ? {} : { failed }),
        }
        const { record, to } = recordOf(known[key], found, times)
        return { key, record, to, next: nextAt(record, times, isWhole(copy, dirty)) }
      })
      return {
        replicas: Object.fromEntries(rounds.map(({ key, record }): [string, ReplicaRecord] => [key, record])),
        changes: rounds.flatMap(({ key, to }) => to.map((each): ReplicaChange => ({ replica: key, to: each }))),
        nextAt: new Date(Math.min(Date.now() + LONGEST_MS, ...rounds.map(({ next }) => next))).toISOString(),
      }
    }),
  }
}

/** ms to the next look where nothing is due: what is declared may be there by then. */
const LONGEST_MS = 60 * 60_000

/** Why a copy cannot be made now, in words; null: it can. */
function obstacle(
  { original, originals, instance, host }: WantedCopy,
  silent: ReadonlyMap<string, string>,
): string | null {
  const target = silent.get(host)
  if (target !== undefined) return `host ${host} gives no answer: ${target}`
  if (original !== null) return original.host === host ? `${instance} lives on ${host} itself` : null
  if (originals > 1) return `${instance} lives on ${originals} hosts`
  const [first] = silent
  return first === undefined
    ? `${instance} is not there`
    : `${instance} was not found, and host ${first[0]} gives no answer: ${first[1]}`
}

type Group = { topology: string; project: string | null; hosts: Hosts; group: WantedCopy[] }
type Hosts = Parameters<Activities['replicate']>[0]['revision']['topology']['hosts']

async function copyGroup(
  deps: ActivityDeps,
  { topology, project, hosts, group }: Group,
  signal: AbortSignal,
): Promise<(host: string) => Copied> {
  const executorOf = (host: string) => {
    const via = hosts[host]
    if (via === undefined) throw new Error(`no host ${host}`)
    return deps.executorFor(host, via)
  }
  const [first] = group
  if (first?.original == null) throw new Error('a copy has an original')
  const { original, replicate } = first
  const targets = group.map(({ host }) => executorOf(host))
  try {
    const copied = await copyTo(
      { topology, project, original, source: executorOf(original.host), targets, keep: replicate.keep },
      signal,
    )
    return (host) => copied[host] ?? { error: new Error('nothing was copied') }
  } catch (error) {
    signal.throwIfAborted()
    return () => ({ error })
  }
}
