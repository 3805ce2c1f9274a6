import { Cul8erError, NO_ANSWER } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import {
  assignProfiles,
  removeDevice,
  restoreSnapshot,
  setConfig,
  setVolume,
  stopInstance,
} from '../src/incus/index.js'
import { lookAt } from '../src/instances/look.js'
import { replicaLabels } from '../src/instances/copy-command.js'
import { attachedVolumes } from '../src/plan/attached-volumes.js'
import { hasItsName } from '../src/plan/ours.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { ObservedInstance } from '../src/plan/model.js'
import { powersInWords, undeclaredPowers, type Declared } from '../src/plan/replication/powers.js'
import { promotions } from '../src/plan/replication/promotion.js'
import type { Activities, InstanceAt } from '../src/contracts/index.js'
import { already } from '../src/instances/already.js'
import type { ActivityDeps } from './deps.js'
import { observeEach } from './observe.js'
import { step } from './step.js'
import { restoreVolumes } from './volumes.js'

/** A restore may have to copy all of it, ms. */
const RESTORE_MS = 5 * 60_000

/** Copies that take the places of their originals. */
export function copyActivities(deps: ActivityDeps): Pick<Activities, 'findCopies' | 'promoteCopy' | 'demoteCopy'> {
  return {
    findCopies: step(async ({ revision, hosts, host, resource, force }, signal) => {
      const { observed, unreachable } = await observeEach(deps.executorFor, hosts, revision.topology.project, signal)
      const other = unreachable.find(({ error }) => !NO_ANSWER.has(error.code))
      if (other !== undefined) throw new Cul8erError(other.error.code, other.error.message, other.error)
      const silent = unreachable.map((each) => each.host)
      return { copies: promotions({ revision, observed, silent, host, resource, force, now: Date.now() }), silent }
    }),

    promoteCopy: step(async ({ topology, snapshot, copiedAt, operation, declared, ...at }, signal) => {
      const executor = deps.executorFor(at.host, at.via)
      const found = await mustBeOurs(executor, topology, at, signal)
      const volumes = attachedVolumes(found, topology, found.labels)
      // One that is none any more has been restored by an attempt before this one.
      if (found.labels.replica !== undefined) {
        await restoreVolumes(executor, volumes, { ...at, snapshot }, signal)
        // It brings the original's labels and configuration back, too.
        await executor.run(restoreSnapshot(at.name, snapshot, at), { signal, timeoutMs: RESTORE_MS })
      }
      for (const volume of volumes) await executor.run(setVolume(volume, { [ROLE]: '' }, at), { signal })
      const labels = {
        [ROLE]: 'live',
        [`${LABEL_PREFIX}operation`]: String(operation),
        [`${LABEL_PREFIX}restored`]: copiedAt,
      }
      const taken = await withoutPowers(executor, topology, { at, declared }, signal)
      await executor.run(setConfig(at.name, labels, at), { signal })
      return { taken }
    }),

    demoteCopy: step(async ({ topology, snapshot, copiedAt, from, ...at }, signal) => {
      const executor = deps.executorFor(at.host, at.via)
      const found = await mustBeOurs(executor, topology, at, signal)
      await already('ALREADY_EXISTS', () => executor.run(stopInstance(at.name, { ...at, force: true }), { signal }))
      for (const volume of attachedVolumes(found, topology, found.labels)) {
        await executor.run(setVolume(volume, { [ROLE]: 'replica' }, at), { signal })
      }
      const labels = {
        ...replicaLabels({ from, at: copiedAt, snapshot }),
        [`${LABEL_PREFIX}restored`]: '',
        'boot.autostart': 'false',
      }
      await executor.run(setConfig(at.name, labels, at), { signal })
    }),
  }
}

const ROLE = `${LABEL_PREFIX}role`

/** Takes off what the copy got from the host of its original beyond what is declared. @returns it in words; null: nothing */
export async function withoutPowers(
  executor: HostExecutor,
  topology: string,
  { at, declared }: { at: InstanceAt; declared: Declared },
  signal: AbortSignal,
): Promise<string | null> {
  const found = await mustBeOurs(executor, topology, at, signal)
  const powers = undeclaredPowers(found, { ...declared, volumes: attachedVolumes(found, topology, found.labels) })
  const { config, devices, profiles } = powers
  const unset = Object.fromEntries(config.map((key) => [key, '']))
  if (config.length > 0) await executor.run(setConfig(at.name, unset, at), { signal })
  for (const device of devices) await executor.run(removeDevice(at.name, device, at), { signal })
  if (profiles !== undefined) await executor.run(assignProfiles(at.name, profiles, at), { signal })
  return powersInWords(powers)
}

/** What is called as its labels say, and so has no volumes but its own. */
export async function mustBeOurs(
  executor: HostExecutor,
  topology: string,
  at: InstanceAt,
  signal: AbortSignal,
): Promise<ObservedInstance & { labels: NonNullable<ObservedInstance['labels']> }> {
  const found = await lookAt(executor, at, signal)
  if (found?.labels?.topology === topology) {
    const ours = { ...found, labels: found.labels }
    if (hasItsName(topology, ours)) return ours
    throw new Cul8erError('NAME_CLASH', `${at.name} on ${at.host} has the labels of another instance`, {
      details: { instance: at.name, host: at.host },
    })
  }
  throw new Cul8erError('NOT_FOUND', `the copy of ${at.name} is no longer on ${at.host}`)
}
