import { randomInt } from 'node:crypto'
import { Cul8erError, isCode } from '../errors.js'
import { between } from '../hosts/between/between.js'
import type { HostExecutor } from '../hosts/executor.js'
import {
  copyVolume,
  createSnapshot,
  createVolume,
  createVolumeSnapshot,
  deleteInstance,
  deleteSnapshot,
  deleteVolume,
  deleteVolumeSnapshot,
  getVolume,
  parseVolume,
  setConfig,
  setVolume,
  type IncusVolume,
  type VolumeRef,
} from '../incus/index.js'
import { replicaSnapshot, superfluousReplicas } from '../naming/replica-snapshots.js'
import { attachedVolumes } from '../plan/attached-volumes.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import type { ObservedInstance, ReplicaLabels } from '../plan/model.js'
import type { Ours } from '../plan/planned-change.js'
import { already } from './already.js'
import { projectCommand } from './commands.js'
import { copyCommand, replicaLabels } from './copy-command.js'
import { lookAt } from './look.js'

/** A snapshot may have to copy all of it, ms. */
const SNAPSHOT_MS = 5 * 60_000
/** What is put in order after an end that nobody waits for, ms. */
const TIDY_MS = 20_000

/** Where copies of one instance go. */
export interface Copying {
  topology: string
  project: string | null
  original: Ours
  source: HostExecutor
  targets: HostExecutor[]
  /** Snapshots of replication's own that stay on either side. */
  keep: number
}

/** How it went on one host. */
export type Copied = { at: string } | { error: unknown }

/**
 * Takes a snapshot of an instance and its volumes, and copies it to other hosts: an instance that does not run, with all snapshots of the
 * original. Twice is as good as once, and what ended halfway is gone on with; what was whole before stays there as a snapshot meanwhile.
 * @returns by host
 * @throws the signal's reason; as the host of the original answers
 */
export async function copyTo(
  { topology, project, original, source, targets, keep }: Copying,
  signal: AbortSignal,
): Promise<Record<string, Copied>> {
  const volumes = attachedVolumes(original, topology, original.labels)
  const where = { project }
  const at = new Date()
  const snapshot = replicaSnapshot(at, unique())
  const done: Record<string, Copied> = {}
  try {
    for (const volume of volumes) {
      await source.run(createVolumeSnapshot(volume, snapshot, where), { signal, timeoutMs: SNAPSHOT_MS })
    }
    await source.run(createSnapshot(original.name, snapshot, where), { signal, timeoutMs: SNAPSHOT_MS })
    for (const target of targets) {
      try {
        await copyOne({ topology, project, original, volumes, source, target }, { snapshot, at }, signal)
        done[target.host] = { at: at.toISOString() }
      } catch (error) {
        signal.throwIfAborted()
        done[target.host] = { error }
      }
    }
  } finally {
    // What nobody got is of no use, and every attempt would leave one.
    if (!Object.values(done).some((each) => 'at' in each)) {
      await removeSnapshot(source, original.name, volumes, snapshot, { ...where, signal: AbortSignal.timeout(TIDY_MS) })
    }
  }
  const isDone = ({ host }: HostExecutor): boolean => 'at' in (done[host] ?? {})
  // A copy loses the snapshots that its original has no more as soon as it is refreshed, before anything newer has arrived.
  const late = targets.filter((target) => !isDone(target))
  const needed = await Promise.all(late.map((target) => wholeOn(target, { name: original.name, project }, signal)))
  for (const host of [source, ...targets.filter(isDone)]) {
    await prune(host, { name: original.name, volumes, project, keep, needed: [snapshot, ...needed] }, signal)
  }
  return done
}

/** The snapshot by which a copy is whole; null: none, or its host gave no answer. */
async function wholeOn(
  target: HostExecutor,
  at: { name: string; project: string | null },
  signal: AbortSignal,
): Promise<string | null> {
  const there = await lookAt(target, { host: target.host, ...at }, signal).catch(() => null)
  return there?.labels?.replica?.snapshot ?? null
}

interface One {
  topology: string
  project: string | null
  original: Ours
  volumes: VolumeRef[]
  source: HostExecutor
  target: HostExecutor
}

async function copyOne(
  { topology, project, original, volumes, source, target }: One,
  { snapshot, at }: { snapshot: string; at: Date },
  signal: AbortSignal,
): Promise<void> {
  const where = { project }
  const there = await lookAt(target, { host: target.host, name: original.name, project }, signal)
  refuseOther(there, topology, target.host)
  if (project !== null) await already('ALREADY_EXISTS', () => target.run(projectCommand(project), { signal }))
  const found = await Promise.all(
    volumes.map(async (volume) => ({
      volume,
      here: await mustFindVolume(source, volume, where, signal),
      copy: await findVolume(target, volume, where, signal),
    })),
  )
  for (const { volume, here, copy } of found) {
    refuseOtherVolume(copy, volume, { topology, host: target.host })
    const config = volumeConfig(here)
    await target.run(copy === null ? createVolume(volume, config, where) : setVolume(volume, config, where), { signal })
  }
  const way = await between(source, target, signal)
  try {
    const remotes = { source: way.source, target: way.target, mode: 'relay' as const }
    for (const volume of volumes) await way.run(copyVolume(volume, { ...remotes, ...where }), signal)
    const labels = replicaLabels({ from: source.host, ...wholeIn(there) })
    await way.run(copyCommand(original.name, labels, { ...remotes, ...where }), signal)
  } finally {
    await way.close()
  }
  const whole = replicaLabels({ from: source.host, at: at.toISOString(), snapshot })
  await target.run(setConfig(original.name, whole, where), { signal })
}

/** What is whole in a copy stays so until the next one has arrived: the snapshot that it names. */
function wholeIn(there: ObservedInstance | null): Pick<ReplicaLabels, 'at' | 'snapshot'> {
  const { at = null, snapshot = null } = there?.labels?.replica ?? {}
  return there?.snapshots.some(({ name }) => name === snapshot) === true
    ? { at, snapshot }
    : { at: null, snapshot: null }
}

/** What is there is a copy, and nobody runs it. */
function refuseOther(there: ObservedInstance | null, topology: string, host: string): void {
  if (there === null) return
  const { labels, name, status } = there
  if (labels?.topology !== topology || labels.replica === undefined) {
    throw new Cul8erError(
      'NAME_CLASH',
      `instance ${name} on ${host} exists and is no copy: nothing is copied over it`,
      {
        hint: `rename or remove it, or replicate to another host`,
        details: { instance: name, host },
      },
    )
  }
  if (status === 'Stopped') return
  throw new Cul8erError('IN_USE', `the copy ${name} on ${host} runs: nothing is copied over what it may have written`, {
    hint: `stop it (incus stop ${name}), or keep it with cul8er restore --from-replica ${host}`,
    details: { instance: name, host },
  })
}

function refuseOtherVolume(
  copy: IncusVolume | null,
  { name }: VolumeRef,
  { topology, host }: { topology: string; host: string },
): void {
  const { [`${LABEL_PREFIX}topology`]: of, [`${LABEL_PREFIX}role`]: role } = copy?.config ?? {}
  if (copy === null || (of === topology && role === 'replica')) return
  throw new Cul8erError('NAME_CLASH', `volume ${name} on ${host} exists and is no copy: nothing is copied over it`, {
    hint: `rename or remove it, or replicate to another host`,
    details: { volume: name, host },
  })
}

/** Labels and size; what Incus keeps there by itself comes with the data. */
const volumeConfig = ({ config }: IncusVolume): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(config).filter(([key]) => key === 'size' || key.startsWith(LABEL_PREFIX))),
  [`${LABEL_PREFIX}role`]: 'replica',
})

/**
 * Deletes a copy with its volumes, also one that is half there; what is not a copy, or runs, is left as it is.
 * @throws as the host answers
 */
export async function removeCopy(
  executor: HostExecutor,
  {
    name,
    topology,
    project,
    volumes,
  }: { name: string; topology: string; project: string | null; volumes: VolumeRef[] },
  signal: AbortSignal,
): Promise<void> {
  const where = { project }
  const there = await lookAt(executor, { host: executor.host, name, project }, signal)
  if (there !== null) {
    if (there.labels?.topology !== topology || there.labels.replica === undefined || there.status !== 'Stopped') return
    await already('NOT_FOUND', () => executor.run(deleteInstance(name, where), { signal }))
  }
  for (const volume of volumes) {
    const { [`${LABEL_PREFIX}topology`]: of, [`${LABEL_PREFIX}role`]: role } =
      (await findVolume(executor, volume, where, signal))?.config ?? {}
    if (of !== topology || role !== 'replica') continue
    await already('NOT_FOUND', () => executor.run(deleteVolume(volume, where), { signal }))
  }
}

async function findVolume(
  executor: HostExecutor,
  volume: VolumeRef,
  where: { project: string | null },
  signal: AbortSignal,
): Promise<IncusVolume | null> {
  try {
    return parseVolume((await executor.run(getVolume(volume, where), { signal })).stdout)
  } catch (error) {
    if (isCode(error, 'NOT_FOUND')) return null
    throw error
  }
}

async function mustFindVolume(
  executor: HostExecutor,
  volume: VolumeRef,
  where: { project: string | null },
  signal: AbortSignal,
): Promise<IncusVolume> {
  const found = await findVolume(executor, volume, where, signal)
  if (found !== null) return found
  throw new Cul8erError('NOT_FOUND', `volume ${volume.name} is not on ${executor.host}`)
}

/** Removes what is beyond `keep` of replication's own snapshots; others are not touched. */
export async function prune(
  executor: HostExecutor,
  {
    name,
    volumes,
    project,
    keep,
    needed = [],
  }: { name: string; volumes: VolumeRef[]; project: string | null; keep: number; needed?: (string | null)[] },
  signal: AbortSignal,
): Promise<void> {
  const found = await lookAt(executor, { host: executor.host, name, project }, signal)
  const names = (found?.snapshots ?? []).map((each) => each.name)
  for (const snapshot of superfluousReplicas(names, keep, needed)) {
    await removeSnapshot(executor, name, volumes, snapshot, { project, signal })
  }
}

/** Of an instance and its volumes; what cannot be removed now is so with the next. */
async function removeSnapshot(
  executor: HostExecutor,
  name: string,
  volumes: VolumeRef[],
  snapshot: string,
  { signal, ...where }: { project: string | null; signal: AbortSignal },
): Promise<void> {
  for (const volume of volumes) {
    await executor.run(deleteVolumeSnapshot(volume, snapshot, where), { signal }).catch(() => undefined)
  }
  await executor.run(deleteSnapshot(name, snapshot, where), { signal }).catch(() => undefined)
}

const unique = (): string =>
  randomInt(36 ** 8 - 1)
    .toString(36)
    .padStart(8, '0')
