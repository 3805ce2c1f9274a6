import { Cul8erError, NO_ANSWER } from '../src/errors.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import { restoreSnapshot, setConfig, setVolume, stopInstance } from '../src/incus/index.js'
import { lookAt } from '../src/instances/look.js'
import { replicaLabels } from '../src/instances/replica.js'
import { attachedVolumes } from '../src/plan/attached-volumes.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { ObservedInstance } from '../src/plan/model.js'
import { promotions } from '../src/plan/replication/promotion.js'
import type { Activities, InstanceAt } from '../src/contracts/index.js'
import { already } from './already.js'
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

    promoteCopy: step(async ({ topology, snapshot, copiedAt, operation, ...at }, signal) => {
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
      await executor.run(setConfig(at.name, labels, at), { signal })
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

async function mustBeOurs(
  executor: HostExecutor,
  topology: string,
  at: InstanceAt,
  signal: AbortSignal,
): Promise<ObservedInstance & { labels: NonNullable<ObservedInstance['labels']> }> {
  const found = await lookAt(executor, at, signal)
  if (found?.labels?.topology === topology) return { ...found, labels: found.labels }
  throw new Cul8erError('NOT_FOUND', `the copy of ${at.name} is no longer on ${at.host}`)
}
