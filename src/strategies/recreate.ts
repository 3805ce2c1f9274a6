import type { Lane, Stage } from '../contracts/index.js'
import { levels } from '../plan/order.js'
import type { PlannedChange } from '../plan/planned-change.js'
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
  outline(changes, settings) {
    const { resources } = settings.revision.topology
    return levels(resources)
      .map((names) =>
        levelOf(
          changes.filter(({ resource, action }) => names.includes(resource) && action !== 'delete'),
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

function levelOf(changes: readonly PlannedChange[], settings: Settings): Outline {
  const stops = changes.filter(isStopped)
  const rest = changes.filter((w) => !stops.includes(w))
  const stages: Stage[] = [
    { name: 'stop all', lanes: stops.map((w) => stopped(w, settings)) },
    {
      name: 'update all',
      lanes: [...stops.map((w) => updated(w, settings)), ...rest.map((w) => started(w, settings))],
    },
    {
      name: 'start all',
      lanes: changes.flatMap((w): Lane[] => (w.live === true ? [] : [admitted(w)])),
    },
  ]
  return {
    stages: stages.filter(({ lanes }) => lanes.length > 0),
    gone: changes.flatMap(({ action, from }) => (action === 'replace' && from !== null ? [from] : [])),
    standby: [],
  }
}

const isStopped = ({ action, live }: PlannedChange): boolean =>
  (action === 'update' && live !== true) || action === 'replace'

function stopped(change: PlannedChange, settings: Settings): Lane {
  const { from } = change
  if (from === null) throw new Error(`${change.action} of ${change.instance} without an instance`)
  return {
    instance: from.name,
    host: from.host,
    // A replaced instance is whole, but stopped; its replacement completes the change.
    ...(change.action === 'update' ? { staysDirty: true } : {}),
    steps:
      change.action === 'replace'
        ? retired(from)
        : [
            { kind: 'drain', at: from, from },
            ...saved(from, settings),
            ...(from.address === null ? [] : [{ kind: 'halt' as const, from }]),
          ],
  }
}

function updated(change: PlannedChange, settings: Settings): Lane {
  const { from } = change
  const at = placeOf(change)
  const steps =
    change.action === 'replace' ? made(at, 'new') : from === null ? [] : notAdmitted(changed(change, from, settings))
  return { instance: at.name, host: at.host, steps, staysDirty: true }
}

/** What is new, or was found stopped. */
function started(change: PlannedChange, settings: Settings): Lane {
  const lane = laneOf(change, settings)
  return change.live === true ? lane : { ...lane, steps: notAdmitted(lane.steps), staysDirty: true }
}

const notAdmitted = (steps: Lane['steps']): Lane['steps'] => steps.filter(({ kind }) => kind !== 'admit')

function admitted(change: PlannedChange): Lane {
  const at = placeOf(change)
  return {
    instance: at.name,
    host: at.host,
    steps: [
      ...(change.action === 'replace' ? [{ kind: 'role' as const, at, role: 'live' as const }] : []),
      { kind: 'admit', at, ...(change.action === 'update' && change.from !== null ? { from: change.from } : {}) },
    ],
  }
}
