import type { Activities, BackupRecord, ReplicaChange } from '../src/contracts/index.js'
import { fetchBackup, dropFetched, placeFetched, takeOut, type Fetching } from '../src/backups/fetch.js'
import { wholeBackup } from '../src/backups/list.js'
import { makeBackup } from '../src/backups/make.js'
import { Cul8erError, messageOf, NO_ANSWER } from '../src/errors.js'
import { backedUpAt, isWholeOriginal, wantedBackups, type WantedBackup } from '../src/plan/backups/wanted.js'
import { restorationOf } from '../src/plan/backups/restoration.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { Revision } from '../src/plan/model.js'
import { dueAt, recordOf } from '../src/plan/replication/age.js'
import { sizeWords } from '../src/topology/units.js'
import { openBackups, openBackupsOf } from './backup-store.js'
import type { ActivityDeps } from './deps.js'
import { inBatches } from './inspect/in-batches.js'
import { observeEach } from './observe.js'
import { step, type Memory } from './step.js'
import { withoutStale } from './stale.js'
import { ensureVolumes } from './volumes.js'

/** Backups that are made at the same time: all of it passes through the worker. */
const AT_ONCE = 2

type Backups = Pick<
  Activities,
  'backUp' | 'backUpInstance' | 'findBackup' | 'fetchBackup' | 'placeFetched' | 'takeOutFetched' | 'dropFetched'
>

/** Backups of what holds data, and instances that are made of them. */
export function backupActivities(deps: ActivityDeps): Backups {
  return {
    backUp: step(async ({ topology, revision, dirty, known, restores }, signal, memory) => {
      const { hosts, project } = revision.topology
      const { observed: found, unreachable } = await observeEach(deps.executorFor, hosts, project, signal)
      const observed = await withoutStale(deps, { topology, project, hosts, found, restores, dirty }, signal)
      const [silent] = unreachable
      // What may come back there was restored elsewhere since, and is to be stopped then.
      const awaited = silent !== undefined && restores.length > 0
      const began = Date.now()
      const rounds = await inBatches(wantedBackups(revision, observed), AT_ONCE, async (wanted) => {
        const { key, instance, resource, original, backup } = wanted
        const times = { now: Date.now(), everyMs: backup.everyMs }
        const before = backedUpAt(wanted, began)
        const isDue = isWholeOriginal(wanted, dirty) && dueAt(before, backup.everyMs) <= began
        const end = await attempt(async () => {
          if (original === null) throw lost(wanted, silent)
          return isDue ? make(deps, { revision, wanted, signal, memory }) : null
        }, signal)
        const at = end.at ?? before
        const { record, to } = recordOf(
          known[key],
          {
            ...{ resource, instance, host: original?.host ?? known[key]?.host ?? '' },
            ...(at === null ? {} : { at }),
            ...(end.failed === undefined ? {} : { failed: end.failed }),
          },
          { ...times, now: Date.now() },
        )
        return { key, record, to, next: nextBackupAt(record, { now: Date.now(), everyMs: backup.everyMs }) }
      })
      return {
        backups: Object.fromEntries(rounds.map(({ key, record }): [string, BackupRecord] => [key, record])),
        changes: rounds.flatMap(({ key, to }) => to.map((each): ReplicaChange => ({ replica: key, to: each }))),
        nextAt: new Date(
          Math.min(Date.now() + (awaited ? SOON_MS : LONGEST_MS), ...rounds.map(({ next }) => next)),
        ).toISOString(),
      }
    }),

    backUpInstance: step(async ({ revision, host, via, name }, signal, memory) => {
      const { topology } = revision
      const { observed } = await observeEach(deps.executorFor, { [host]: via }, topology.project, signal)
      const wanted = wantedBackups(revision, observed).find(({ original }) => original?.name === name)
      if (wanted === undefined) throw new Cul8erError('NOT_FOUND', `${name} is not on ${host}, or has no backups`)
      const { id, takenAt, parts } = await make(deps, { revision, wanted, signal, memory })
      return { id, takenAt, bytes: parts.reduce((sum, { size }) => sum + size, 0) }
    }),

    findBackup: step(async ({ revision, hosts, resource, id, on, force }, signal) => {
      const { name: topology, project } = revision.topology
      const { store, key } = await openBackupsOf(revision, resource, deps, signal)
      const manifest = await wholeBackup({ store, topology, key, id }, signal)
      if (manifest.resource !== resource) throw ofAnother(id, manifest.resource, resource)
      const { observed, unreachable } = await observeEach(deps.executorFor, hosts, project, signal)
      const other = unreachable.find(({ error }) => !NO_ANSWER.has(error.code))
      if (other !== undefined) throw new Cul8erError(other.error.code, other.error.message, other.error)
      const silent = unreachable.map((each) => each.host)
      const volumes = manifest.parts.flatMap(({ volume }) => volume ?? [])
      const backup = { ...manifest, volumes }
      const now = Date.now()
      return {
        restoration: restorationOf({ revision, observed, silent, backup, on, force, now }),
        silent,
      }
    }),

    fetchBackup: step(
      async ({ topology, resource, place, backup, volumes, operation, declared, ...at }, signal, memory) => {
        const { store, key } = await openBackups({ topology, resource }, place, deps, signal)
        const manifest = await wholeBackup({ store, topology, key, id: backup }, signal)
        if (manifest.resource !== resource) throw ofAnother(backup, manifest.resource, resource)
        const fetching = fetchingOf(deps, { topology, volumes, operation, ...at })
        return fetchBackup(fetching, { store, key, manifest, declared }, { signal, onBytes: progress(memory, 'sent') })
      },
    ),

    placeFetched: step(
      async (
        { topology, volumes, operation, resource, index, color, takenAt, declared, others, made = '', ...at },
        signal,
      ) => {
        const fetching = fetchingOf(deps, { topology, volumes, operation, ...at })
        const { executor, name, project } = fetching
        const place = { topology, resource, index, host: at.host, name, project }
        if (others !== undefined) await ensureVolumes(executor, { ...place, volumes: others }, made, signal)
        const values = {
          ...{ topology, resource, index: index === null ? '' : String(index), color, role: 'live' },
          ...{ operation: String(operation), restored: takenAt, stateful: 'true' },
        }
        const labels = Object.fromEntries(
          Object.entries(values).map(([key, value]) => [`${LABEL_PREFIX}${key}`, value]),
        )
        const autostart = declared.config['boot.autostart'] ?? ''
        await placeFetched(fetching, { labels, devices: declared.devices, others, autostart }, signal)
      },
    ),

    takeOutFetched: step(async ({ backup, declared, ...at }, signal) => {
      await takeOut(fetchingOf(deps, at), { id: backup, devices: declared.devices }, signal)
    }),

    dropFetched: step(async (at, signal) => {
      await dropFetched(fetchingOf(deps, at), signal)
    }),
  }
}

/** ms to the next look where nothing is due: what is declared may be there by then. */
const LONGEST_MS = 60 * 60_000
/** ms to the next look while a host gives no answer that may have something to be stopped. */
const SOON_MS = 15_000
/** ms after a failure after which it is tried again, at most: each attempt sends all of it. */
const RETRY_MS = 10 * 60_000

/** When it is looked after next. What is left half changed is due for long. */
const nextBackupAt = (
  { at, failed }: Pick<BackupRecord, 'at' | 'failed'>,
  { now, everyMs }: { now: number; everyMs: number },
): number => {
  const due = dueAt(at, everyMs)
  return failed === undefined && due > now ? due : now + Math.min(everyMs, RETRY_MS)
}

/** How one went; what was cancelled is thrown. */
async function attempt(
  run: () => Promise<{ takenAt: string } | null>,
  signal: AbortSignal,
): Promise<{ at?: string; failed?: string }> {
  try {
    const made = await run()
    return made === null ? {} : { at: made.takenAt }
  } catch (error) {
    signal.throwIfAborted()
    return { failed: messageOf(error) }
  }
}

async function make(
  deps: ActivityDeps,
  {
    revision,
    wanted,
    signal,
    memory,
  }: { revision: Revision; wanted: WantedBackup; signal: AbortSignal; memory: Memory },
) {
  const { topology } = revision
  const { original, resource, backup } = wanted
  const via = original === null ? undefined : topology.hosts[original.host]
  if (original === null || via === undefined) throw new Error('a backup has an original')
  const { store, key } = await openBackupsOf(revision, resource, deps, signal)
  const executor = deps.executorFor(original.host, via)
  const { name, project } = topology
  return makeBackup(
    { topology: name, project, original, executor, store, key, keep: backup.keep },
    { signal, onBytes: progress(memory, 'received') },
  )
}

const progress = (memory: Memory, verb: string) => (bytes: number) =>
  memory.says({ words: `${verb} ${sizeWords(Math.round(bytes / (1024 * 1024)))}` })

/** Why there is nothing to back up. */
const lost = (
  { instance, originals }: WantedBackup,
  silent: { host: string; error: { message: string } } | undefined,
): Error =>
  new Error(
    originals > 1
      ? `${instance} lives on ${originals} hosts`
      : silent === undefined
        ? `${instance} is not there`
        : `${instance} was not found, and host ${silent.host} gives no answer: ${silent.error.message}`,
  )

const ofAnother = (id: string, is: string, wanted: string): Cul8erError =>
  new Cul8erError('NOT_FOUND', `backup ${id} is of ${is}, not of ${wanted}`, {
    final: true,
    hint: 'cul8er backups lists them',
  })

type At = Parameters<Activities['dropFetched']>[0]

const fetchingOf = (deps: ActivityDeps, { host, via, ...at }: At): Fetching => ({
  executor: deps.executorFor(host, via),
  ...at,
})
