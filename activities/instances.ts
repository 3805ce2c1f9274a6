import { setTimeout as sleep } from 'node:timers/promises'
import { Cul8erError, isCode } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import {
  createSnapshot,
  deleteInstance,
  deleteSnapshot,
  restoreSnapshot,
  setConfig,
  startInstance,
  stopInstance,
} from '../src/incus/index.js'
import { configureCommands, createCommand, labelsOf } from '../src/instances/commands.js'
import { lookAt } from '../src/instances/look.js'
import { attachedVolumes } from '../src/plan/attached-volumes.js'
import { refuseSnapshotPowers } from '../src/instances/snapshot-powers.js'
import { tooLittleMemory } from '../src/instances/too-little-memory.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { InstanceSpec, Labels, ObservedInstance } from '../src/plan/model.js'
import { isOurSnapshot, superfluous } from '../src/naming/snapshot-names.js'
import { ownerOf } from '../src/secrets/owner.js'
import type { Activities, InstanceAt, Stamp } from '../src/contracts/index.js'
import { already } from '../src/instances/already.js'
import type { ActivityDeps } from './deps.js'
import { secretDigests } from './secrets.js'
import { step } from './step.js'
import {
  coveredVolumes,
  ensureVolumes,
  forgetSnapshots,
  pruneVolumes,
  refuseOtherWriters,
  removeMade,
  removeSnapshots,
  removeVolume,
  restoreVolumes,
  snapshotVolumes,
} from './volumes.js'

type Rooms = Pick<
  Activities,
  | 'ensureInstance'
  | 'configureInstance'
  | 'takeSnapshot'
  | 'deleteSnapshot'
  | 'restoreSnapshot'
  | 'pruneSnapshots'
  | 'startInstance'
  | 'stopInstance'
  | 'deleteInstance'
  | 'deleteVolume'
  | 'setRole'
>

/** Making, changing, snapshotting and removing instances. Each looks before it makes, so that twice is as good as once. */
export function instanceActivities(deps: ActivityDeps): Rooms {
  const executorOf = ({ host, via }: Pick<InstanceAt, 'host' | 'via'>): HostExecutor => deps.executorFor(host, via)
  return {
    ensureInstance: step(async ({ spec, stamp, made, ...at }, signal) => {
      const executor = executorOf(at)
      if (made !== undefined) await ensureVolumes(executor, spec, made, signal)
      const labels = await labelled(spec, stamp, deps, signal)
      try {
        // Tried first and asked afterwards: a look before would cost every creation a call to save one on a retry.
        await executor.run(createCommand(spec, labels), { signal: later(signal, SEE_IT_END_MS), timeoutMs: CREATE_MS })
        return { address: null, created: true }
      } catch (error) {
        if (!isCode(error, 'ALREADY_EXISTS') && !isCode(error, 'IN_USE') && !isCode(error, 'UNREACHABLE')) {
          throw tooLittleMemory(error, spec) ?? error
        }
        const found = await lookAt(executor, { ...at, name: spec.name, project: spec.project }, signal)
        if (found === null) throw error
        await adopt(executor, found, labels, { ...at, name: spec.name, project: spec.project }, signal)
        return { address: found.addresses[0] ?? null, created: false }
      }
    }),

    configureInstance: step(async ({ spec, stamp, made, ...at }, signal) => {
      const executor = executorOf(at)
      const found = await mustFind(executor, { ...at, name: spec.name, project: spec.project }, signal)
      refuseForeign(found, spec.topology)
      if (made !== undefined) await ensureVolumes(executor, spec, made, signal)
      const labels = await labelled(spec, stamp, deps, signal)
      for (const command of configureCommands(spec, untouched(found), labels)) await executor.run(command, { signal })
    }),

    takeSnapshot: step(async ({ snapshot, volumes = [], ...at }, signal) => {
      const executor = executorOf(at)
      // What an abort leaves of ours is pruned; nobody looks for what is left of a person's.
      const patient = isOurSnapshot(snapshot) ? signal : later(signal, SEE_IT_END_MS)
      try {
        await snapshotVolumes(executor, volumes, { ...at, snapshot }, patient)
        await already('ALREADY_EXISTS', () =>
          executor.run(createSnapshot(at.name, snapshot, at), { signal: patient, timeoutMs: SNAPSHOT_MS }),
        )
      } catch (error) {
        // Of an instance and its volumes there is a snapshot of each, or of none.
        await forgetSnapshots(executor, volumes, { ...at, snapshot })
        throw error
      }
    }),

    deleteSnapshot: step(async ({ snapshot, volumes = [], ...at }, signal) => {
      const executor = executorOf(at)
      await already('NOT_FOUND', () => executor.run(deleteSnapshot(at.name, snapshot, at), { signal }))
      await removeSnapshots(executor, volumes, { ...at, snapshot }, signal)
    }),

    restoreSnapshot: step(async ({ snapshot, volumes = [], declared, ...at }, signal) => {
      const executor = executorOf(at)
      const found = await mustFind(executor, at, signal)
      const cameFromElsewhere = found.labels?.restored === true
      if (cameFromElsewhere && declared !== undefined) {
        await refuseSnapshotPowers(executor, at, { snapshot, declared, volumes }, signal)
      }
      if (volumes.length > 0) {
        const covered = await coveredVolumes(executor, volumes, { ...at, snapshot, found }, signal)
        // Incus restores no volume under a running instance.
        if (covered.length > 0) await stop(executor, at, RESTORE_STOP_MS, signal)
        await restoreVolumes(executor, covered, { ...at, snapshot }, signal)
      }
      await executor.run(restoreSnapshot(at.name, snapshot, at), { signal, timeoutMs: SNAPSHOT_MS })
      // The snapshot may be of before, and say nothing of it.
      const since = { [`${LABEL_PREFIX}restored`]: new Date().toISOString() }
      if (cameFromElsewhere) await executor.run(setConfig(at.name, since, at), { signal })
    }),

    pruneSnapshots: step(async ({ keep, spent, volumes = [], ...at }, signal) => {
      const executor = executorOf(at)
      const found = await lookAt(executor, at, signal)
      const ours = (found?.snapshots ?? [])
        .filter(({ name }) => isOurSnapshot(name))
        .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
      const removed = superfluous(
        ours.map(({ name }) => name),
        { keep, spent },
      )
      for (const name of removed) {
        await already('NOT_FOUND', () => executor.run(deleteSnapshot(at.name, name, at), { signal }))
      }
      await pruneVolumes(executor, volumes, { ...at, keep, ...(spent === undefined ? {} : { spent }) }, signal)
      return { removed }
    }),

    startInstance: step(async ({ alone, ...at }, signal) => {
      const executor = executorOf(at)
      // Where another one could not be removed or stopped, the two would write to one volume.
      if (alone === true) await refuseOtherWriters(executor, await mustFind(executor, at, signal), at, signal)
      await already('ALREADY_EXISTS', () => executor.run(startInstance(at.name, at), { signal }))
    }),

    stopInstance: step(async ({ timeoutMs, ...at }, signal) => {
      await stop(executorOf(at), at, timeoutMs, signal)
    }),

    deleteInstance: step(async ({ topology, made, ...at }, signal) => {
      const executor = executorOf(at)
      const found = await lookAt(executor, at, signal)
      // Another's of the same name stays, and ours is gone: an undo has nothing to do about it.
      if (found === null || found.labels?.topology !== topology) return
      await already('NOT_FOUND', () => executor.run(deleteInstance(at.name, { ...at, force: true }), { signal }))
      if (made === undefined) return
      await removeMade(executor, attachedVolumes(found, topology, found.labels), { ...at, made, topology }, signal)
    }),

    deleteVolume: step(async ({ volume, topology, project, ...at }, signal) => {
      await removeVolume(executorOf(at), volume, { host: at.host, project, topology }, signal)
    }),

    setRole: step(async ({ role, autostart, ...at }, signal) => {
      const config = {
        [`${LABEL_PREFIX}role`]: role,
        ...(autostart === undefined ? {} : { 'boot.autostart': autostart }),
      }
      await executorOf(at).run(setConfig(at.name, config, at), { signal })
    }),
  }
}

/** What the instance is to say of itself, with who says when its time is over. */
async function labelled(spec: InstanceSpec, stamp: Stamp, deps: ActivityDeps, signal: AbortSignal): Promise<Labels> {
  const labels = labelsOf(spec, stamp, await secretDigests(spec, deps, signal))
  return labels.expires === undefined ? labels : { ...labels, owner: ownerOf(deps.sealKey) }
}

const CREATE_MS = 5 * 60_000
/** Longer than a creation from an image that is there; one that downloads may go on after it. */
const SEE_IT_END_MS = 30_000
const SNAPSHOT_MS = 5 * 60_000
/** By force after that: what it writes meanwhile is about to be put back. */
const RESTORE_STOP_MS = 10_000

/** Incus goes on creating when its client is gone: the instance would appear after it was looked for to be undone. */
function later(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController()
  const wait = (): void => void setTimeout(() => controller.abort(signal.reason), ms).unref()
  if (signal.aborted) wait()
  else signal.addEventListener('abort', wait, { once: true })
  return controller.signal
}

async function mustFind(
  executor: HostExecutor,
  at: Pick<InstanceAt, 'host' | 'name' | 'project'>,
  signal: AbortSignal,
): Promise<ObservedInstance> {
  const found = await lookAt(executor, at, signal)
  if (found !== null) return found
  throw new Cul8erError('NOT_FOUND', `instance ${at.name} is no longer on ${at.host}`, {
    hint: 'cul8er plan shows where each instance is',
  })
}

function refuseForeign(found: ObservedInstance, topology: string): void {
  if (found.labels?.topology === topology) return
  throw new Cul8erError(
    'NAME_CLASH',
    `instance ${found.name} on ${found.host} does not belong to topology ${topology}`,
    {
      hint: 'cul8er does not touch it: rename it or the resource',
    },
  )
}

/** As a dry run sees it, which cannot look between two steps: one of them may have written the operation's number already. */
const untouched = (found: ObservedInstance): ObservedInstance =>
  found.labels === null ? found : { ...found, labels: { ...found.labels, operation: '' } }

/**
 * An instance of the name is there already: made by an earlier try of this very step, or left over by an operation that could
 * not clean up. The first is used as it is, the second would be neither old nor new, and is made again.
 */
async function adopt(
  executor: HostExecutor,
  found: ObservedInstance,
  labels: Labels,
  at: InstanceAt,
  signal: AbortSignal,
): Promise<void> {
  refuseForeign(found, labels.topology)
  if (found.labels?.operation !== labels.operation || found.labels.digest !== labels.digest) {
    await executor.run(deleteInstance(at.name, { ...at, force: true }), { signal })
    throw new Cul8erError(
      'IN_USE',
      `instance ${at.name} was left over from operation ${found.labels?.operation}; removed, creating it again`,
    )
  }
  await already('ALREADY_EXISTS', () => executor.run(startInstance(at.name, at), { signal }))
}

/** A clean stop; by force when it does not come to an end in time. */
async function stop(executor: HostExecutor, at: InstanceAt, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const timeoutS = Math.ceil(timeoutMs / 1000)
  try {
    await executor.run(stopInstance(at.name, { ...at, timeoutS }), { signal, timeoutMs: timeoutMs + 10_000 })
  } catch (error) {
    if (isCode(error, 'ALREADY_EXISTS')) return
    if (isCode(error, 'NOT_FOUND') || isCode(error, 'UNREACHABLE')) throw error
    signal.throwIfAborted()
    await sleep(200, undefined, { signal })
    await already('ALREADY_EXISTS', () => executor.run(stopInstance(at.name, { ...at, force: true }), { signal }))
  }
}
