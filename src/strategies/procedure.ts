import type { Lane, Procedure, Stage, Step } from '../contracts/index.js'
import type { ImageCopy } from '../plan/image-copies.js'
import type { PlannedChanges } from '../plan/plan.js'
import type { PlannedChange } from '../plan/planned-change.js'
import { replicaKey } from '../plan/specs.js'
import { createdBy } from './created.js'
import { hookStages } from './hooks.js'
import { removed, REMOVALS_AT_ONCE, volumeRemoved } from './removal.js'
import type { Settings, Strategy } from './strategy.js'

/**
 * The whole procedure of a deploy or rollback: what makes room, what the strategy says, then settled, looked at, baked, committed,
 * and what is not needed any more removed.
 */
export function procedureOf(
  strategy: Strategy,
  {
    changes,
    exposure = [],
    volumes = [],
    copies = [],
  }: Pick<PlannedChanges, 'changes' | 'volumes' | 'copies'> & Partial<Pick<PlannedChanges, 'exposure'>>,
  settings: Settings,
): Procedure {
  const { topology } = settings.revision
  const makes = changes.filter(({ action, revive }) => (action === 'create' || action === 'replace') && revive !== true)
  const outline = strategy.outline(
    changes.filter(({ action }) => action !== 'delete'),
    settings,
  )
  const made = createdBy(outline.stages)
  const inTheWay = changes.filter(
    (w) =>
      w.action === 'delete' &&
      (made.some(({ name, host }) => name === w.instance && host === w.host) || holdsVolume(w, changes)),
  )
  const superfluous = changes.filter((w) => w.action === 'delete' && !inTheWay.includes(w))
  const gone = [...outline.gone, ...superfluous.flatMap(({ from }) => from ?? [])]
  // Where nothing changes, there is nothing to come before or after.
  const isEmpty = changes.length + exposure.length + volumes.length === 0
  const hooks = hookStages(isEmpty ? null : settings.hooks, { force: settings.force })
  return {
    stages: [
      ...hooks.before,
      ...copied(copies),
      ...projects(topology.project, makes),
      ...stage(
        'make room',
        inTheWay.flatMap(({ from }) => (from === null ? [] : [removed(from)])),
      ),
      ...outline.stages,
      { name: 'verify', lanes: [{ steps: [{ kind: 'settle' }, { kind: 'recheck' }] }] },
      ...hooks.required,
      ...bake(changes, settings),
      { name: 'commit', lanes: [{ steps: [{ kind: 'commit', gone: gone.map(({ name }) => name) }] }] },
      ...stage('remove', gone.map(removed), { atOnce: REMOVALS_AT_ONCE, onFailure: 'continue' }),
      // After the instances that may still have them.
      ...stage(
        'remove volumes',
        volumes.map(({ host, pool, name }) => volumeRemoved({ host, pool, name })),
        { atOnce: REMOVALS_AT_ONCE, onFailure: 'continue' },
      ),
      ...pruning(changes, settings),
      ...hooks.after,
    ],
    standby: outline.standby,
  }
}

/** What an operation that was lost made for a place may run, and nothing else may then have the volumes of that place. */
const holdsVolume = ({ from }: PlannedChange, changes: readonly PlannedChange[]): boolean =>
  from?.role === 'new' &&
  from.volumes !== undefined &&
  changes.some((w) => w.action !== 'delete' && replicaKey(w) === replicaKey(from))

const stage = (name: string, lanes: Lane[], how: Partial<Stage> = {}): Stage[] =>
  lanes.length === 0 ? [] : [{ name, lanes, ...how }]

function projects(project: string | null, makes: readonly PlannedChange[]): Stage[] {
  if (project === null) return []
  const hosts = [...new Set(makes.map(({ host }) => host))]
  return stage(
    'prepare',
    hosts.map((host) => ({ host, steps: [{ kind: 'project', host }] })),
  )
}

/** Nothing of the topology is changed by it: what was copied stays for the next operation. */
const copied = (copies: readonly ImageCopy[]): Stage[] =>
  stage(
    'copy images',
    copies.map((copy) => ({ host: copy.host, steps: [{ kind: 'copyImage', copy }] })),
    { changesNothing: true, atOnce: COPIES_AT_ONCE },
  )

/** Copies at a time: each takes the worker's network twice. */
const COPIES_AT_ONCE = 4

function bake(changes: readonly PlannedChange[], { revision, isProven }: Settings): Stage[] {
  const { bakeMs } = revision.topology.strategy
  const resources = [...new Set(changes.flatMap(({ action, resource }) => (action === 'delete' ? [] : [resource])))]
  if (bakeMs === 0 || isProven === true || resources.length === 0) return []
  const watch: Step = { kind: 'watch', watch: { purpose: 'bake', resources, forMs: bakeMs, analysis: null } }
  // A watch sees no failure where nobody answers the probe itself, and a promote ends it at any moment.
  return [{ name: 'bake', lanes: [{ steps: [watch, { kind: 'recheck' }] }] }]
}

/** Old snapshots of what was updated; one that cannot be removed is no reason to call an operation failed. */
function pruning(changes: readonly PlannedChange[], { revision }: Settings): Stage[] {
  if (revision.topology.strategy.rollback.snapshot === 'never') return []
  const updated = changes.flatMap(({ action, live, from }) =>
    action === 'update' && live !== true && from !== null ? [from] : [],
  )
  return stage(
    'prune snapshots',
    updated.map((at) => ({ host: at.host, steps: [{ kind: 'prune', at }] })),
    { atOnce: REMOVALS_AT_ONCE, onFailure: 'ignore' },
  )
}
