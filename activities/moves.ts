import { Cul8erError } from '../src/errors.js'
import { setConfig, setVolume, stopInstance } from '../src/incus/index.js'
import { already } from '../src/instances/already.js'
import { replicaLabels } from '../src/instances/copy-command.js'
import { lookAt } from '../src/instances/look.js'
import { copyTo, prune, removeCopy } from '../src/instances/replica.js'
import { attachedVolumes } from '../src/plan/attached-volumes.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { Activities, InstanceAt } from '../src/contracts/index.js'
import { mustBeOurs, withoutPowers } from './copies.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

/** Instances that go to another host with their data. */
export function moveActivities(
  deps: ActivityDeps,
): Pick<Activities, 'copyToHost' | 'takeOver' | 'finishMove' | 'putBack' | 'dropCopy'> {
  const executorOf = ({ host, via }: Pick<InstanceAt, 'host' | 'via'>) => deps.executorFor(host, via)
  return {
    copyToHost: step(async ({ topology, to, twice, ...at }, signal) => {
      const [source, target] = [executorOf(at), executorOf(to)]
      const original = await mustBeOurs(source, topology, at, signal)
      if (!twice && original.status !== 'Stopped') {
        throw new Cul8erError('IN_USE', `${at.name} on ${at.host} runs, and what it writes would be lost`, {
          details: { instance: at.name, host: at.host },
        })
      }
      const round = async (): Promise<number> => {
        const began = Date.now()
        // By which of them a copy on a third host is whole is what replication knows.
        const copying = { topology, project: at.project, original, source, targets: [target], keep: Infinity }
        const { [to.host]: copied } = await copyTo(copying, signal)
        if (copied !== undefined && 'error' in copied) throw copied.error
        return Date.now() - began
      }
      const first = await round()
      return { lastMs: twice ? await round() : first }
    }),

    takeOver: step(async ({ topology, from, operation, declared, replicated, ...at }, signal) => {
      const executor = executorOf(at)
      const found = await mustBeOurs(executor, topology, at, signal)
      const { replica } = found.labels
      // What is no copy any more became the instance in an attempt before this one.
      const isReady =
        replica === undefined
          ? found.labels.operation === String(operation)
          : replica.from === from && replica.snapshot !== null
      if (!isReady || found.status !== 'Stopped') {
        throw new Cul8erError('IN_USE', `${at.name} on ${at.host} is no whole copy of the one on ${from}`, {
          details: { instance: at.name, host: at.host },
        })
      }
      const volumes = attachedVolumes(found, topology, found.labels)
      const taken = await withoutPowers(executor, topology, { at, declared }, signal)
      const labels = {
        ...NO_REPLICA,
        [ROLE]: 'new',
        [`${LABEL_PREFIX}operation`]: String(operation),
        [`${LABEL_PREFIX}restored`]: new Date().toISOString(),
        'boot.autostart': declared.config['boot.autostart'] ?? '',
      }
      await executor.run(setConfig(at.name, labels, at), { signal })
      if (!replicated) await prune(executor, { name: at.name, volumes, project: at.project, keep: 0 }, signal)
      return { taken }
    }),

    finishMove: step(async ({ topology, ...at }, signal) => {
      const executor = executorOf(at)
      const found = await mustBeOurs(executor, topology, at, signal)
      for (const volume of attachedVolumes(found, topology, found.labels)) {
        await executor.run(setVolume(volume, { [ROLE]: '' }, at), { signal })
      }
      await executor.run(setConfig(at.name, { [ROLE]: 'live' }, at), { signal })
    }),

    putBack: step(async ({ topology, from, ...at }, signal) => {
      const executor = executorOf(at)
      if ((await lookAt(executor, at, signal)) === null) return
      const found = await mustBeOurs(executor, topology, at, signal)
      await already('ALREADY_EXISTS', () => executor.run(stopInstance(at.name, { ...at, force: true }), { signal }))
      for (const volume of attachedVolumes(found, topology, found.labels)) {
        await executor.run(setVolume(volume, { [ROLE]: 'replica' }, at), { signal })
      }
      const labels = {
        ...NO_REPLICA,
        ...replicaLabels({ from, at: null, snapshot: null }),
        [`${LABEL_PREFIX}restored`]: '',
        'boot.autostart': 'false',
      }
      await executor.run(setConfig(at.name, labels, at), { signal })
    }),

    dropCopy: step(async ({ topology, original, volumes, replicated, ...at }, signal) => {
      // Where the one that it is a copy of is gone, or its host is, this may be all that is left of the data.
      const there = await lookAt(executorOf(original), original, signal)
      if (there?.labels?.topology !== topology) {
        throw new Cul8erError(
          'DATA_LOSS',
          `the copy ${at.name} on ${at.host} stays: the original is no longer on ${original.host}`,
          { details: { instance: at.name, host: at.host } },
        )
      }
      await removeCopy(executorOf(at), { name: at.name, topology, project: at.project, volumes }, signal)
      const { name, project } = original
      if (!replicated) await prune(executorOf(original), { name, volumes, project, keep: 0 }, signal)
    }),
  }
}

const ROLE = `${LABEL_PREFIX}role`

/** Nothing more is said of a copy. */
const NO_REPLICA = Object.fromEntries(
  ['replica.from', 'replica.at', 'replica.snapshot'].map((key) => [`${LABEL_PREFIX}${key}`, '']),
)
