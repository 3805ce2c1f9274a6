import type { Lane, Stage } from '../contracts/index.js'
import { levels } from '../plan/order.js'
import type { Work } from '../plan/work.js'
import { changed, laneOf, made, placeOf, retired, saved } from './lanes.js'
import type { Outline, Settings, Strategy } from './strategy.js'

/**
 * Stops all, updates all, starts all: two versions never run at the same time, and requests fail meanwhile. For apps that cannot
 * share a database or a licence with another version of themselves.
 */
export const recreate: Strategy<'recreate'> = {
  name: 'recreate',
  summary: 'stops all, updates all, starts all; requests fail meanwhile',
  aliases: [],
  exclusive: true,
  outline(work, settings) {
    const { resources } = settings.revision.topology
    return levels(resources)
      .map((names) =>
        levelOf(
          work.filter(({ resource, action }) => names.includes(resource) && action !== 'delete'),
          settings,
        ),
      )
      .reduce((a, b) => ({
        stages: [...a.stages, ...b.stages],
        gone: [...a.gone, ...b.gone],
        standby: [],
      }))
  },
}

function levelOf(work: readonly Work[], settings: Settings): Outline {
  const stops = work.filter(isStopped)
  const rest = work.filter((w) => !stops.includes(w))
  const stages: Stage[] = [
    { name: 'stop all', lanes: stops.map((w) => stopped(w, settings)) },
    {
      name: 'update all',
      lanes: [...stops.map((w) => updated(w, settings)), ...rest.map((w) => started(w, settings))],
    },
    {
      name: 'start all',
      lanes: work.flatMap((w): Lane[] => (w.live === true ? [] : [admitted(w)])),
    },
  ]
  return {
    stages: stages.filter(({ lanes }) => lanes.length > 0),
    gone: work.flatMap(({ action, from }) => (action === 'replace' && from !== null ? [from] : [])),
    standby: [],
  }
}

const isStopped = ({ action, live }: Work): boolean => (action === 'update' && live !== true) || action === 'replace'

function stopped(work: Work, settings: Settings): Lane {
  const { from } = work
  if (from === null) throw new Error(`${work.action} of ${work.instance} without an instance`)
  return {
    instance: from.name,
    host: from.host,
    // A replaced instance is whole, but stopped; its replacement completes the change.
    ...(work.action === 'update' ? { staysDirty: true } : {}),
    steps:
      work.action === 'replace'
        ? retired(from)
        : [
            { kind: 'drain', at: from, from },
            ...saved(from, settings),
            ...(from.address === null ? [] : [{ kind: 'halt' as const, from }]),
          ],
  }
}

function updated(work: Work, settings: Settings): Lane {
  const { from } = work
  const at = placeOf(work)
  const steps =
    work.action === 'replace' ? made(at, 'new') : from === null ? [] : notAdmitted(changed(at, from, settings))
  return { instance: at.name, host: at.host, steps, staysDirty: true }
}

/** What is new, or was found stopped. */
function started(work: Work, settings: Settings): Lane {
  const lane = laneOf(work, settings)
  return work.live === true ? lane : { ...lane, steps: notAdmitted(lane.steps), staysDirty: true }
}

const notAdmitted = (steps: Lane['steps']): Lane['steps'] => steps.filter(({ kind }) => kind !== 'admit')

function admitted(work: Work): Lane {
  const at = placeOf(work)
  return {
    instance: at.name,
    host: at.host,
    steps: [
      ...(work.action === 'replace' ? [{ kind: 'role' as const, at, role: 'live' as const }] : []),
      { kind: 'admit', at, ...(work.action === 'update' && work.from !== null ? { from: work.from } : {}) },
    ],
  }
}
