import { holdsData } from '../topology/holds-data.js'
import { colorOf, colorSets } from './colors.js'
import { fingerprintOf } from './fingerprint.js'
import { usedNames } from './free-name.js'
import type { ImageCopy } from './image-copies.js'
import { refreshNotes } from './images.js'
import { dataHolders, leftovers, stayNote } from './leftovers.js'
import type { Change, Plan, Revision } from './model.js'
import { notesOf } from './notes.js'
import { levels } from './order.js'
import { placeKey } from './place-key.js'
import { strangersOf } from './ours.js'
import { refuseClashes, refuseDataLoss } from './refusals.js'
import { copiesGone } from './replication/removal.js'
import { changeOfReplica } from './change-of-replica.js'
import { moveNotes, refuseStaying } from './moves.js'
import { placeNew, stayingIn, type Unplaced } from './new-places.js'
import type { PlanInput } from './plan-input.js'
import { situationOf } from './situation.js'
import { resourceOf, replicaKey, replicas } from './specs.js'
import { leftOutNotes } from './without.js'
import { planVolumes, type VolumeGone } from './volumes.js'
import { liveInstance, type LiveInstance, type Ours, type PlannedChange } from './planned-change.js'

export type { PlanInput }

export interface PlannedChanges {
  changes: PlannedChange[]
  /** Live instances that the plan leaves alone. */
  bystanders: LiveInstance[]
  /** Public ports to be set right although no instance changes. */
  exposure: Change[]
  fingerprint: string
  notes: string[]
  /** Images that hosts lack and get first; absent: none. */
  copies?: ImageCopy[]
  /** Volumes to be deleted that nothing declares any more; absent: none. */
  volumes?: VolumeGone[]
  /** What has no room on any host, where others have; absent: all have. */
  unplaced?: Unplaced[]
}

/**
 * What must change so that the world is as the revision says. Pure: the same input gives the same plan.
 * @throws Cul8erError NO_ROOM when an instance that is to be made has no host that can have it
 * @throws Cul8erError NAME_CLASH when a name that the plan needs belongs to an instance that is not ours, or to one that serves
 * @throws Cul8erError DATA_LOSS when stateful instances would lose their data, or cannot leave a host that is to be emptied
 */
export function planChanges(input: PlanInput): PlannedChanges {
  const {
    revision,
    base = null,
    dirty = [],
    standby = [],
    without = [],
    refresh = null,
    storage = [],
    moves = null,
    goesBack = false,
  } = input
  // What moves is not worth any loss: there it means that the rest is moved.
  const force = moves === null && input.force === true
  const { name: topology } = revision.topology
  const situation = situationOf(input)
  const { observed, found, ours, left, aside, places, placeOf } = situation
  const staying = stayingIn(situation, input)
  if (moves !== null && input.force !== true) refuseStaying(staying, moves)
  const placed = placeNew(situation, input, staying)
  const live = new Map([...places].flatMap(([key, place]) => (place.live === null ? [] : [[key, place.live]])))
  const used = usedNames(ours)
  const usedBySets = { ...used, isAside: usedNames(ours.filter((i) => !aside.includes(i))).isAside }
  // A standby that nobody sees is on a host that is gone: when that is back, its edge leads to it where what lives has its color.
  const unseen = new Set(standby.filter((name) => !ours.some((i) => i.name === name)))
  const usedByNew = {
    ...usedBySets,
    isAside: (name: string, at: string) => usedBySets.isAside(name, at) || unseen.has(name),
  }
  const stays = replicas(revision).flatMap((replica) => placeOf(replica).live ?? [])
  const withData = dataHolders(ours, stays, left)
  const colors = new Map(
    Object.keys(revision.topology.resources).map((resource) => {
      const hosts = left.candidates(resourceOf(revision, resource))
      return [resource, colorOf(revision, resource, { live, used: usedByNew, hosts })]
    }),
  )
  const planned = new Map(
    replicas(revision).map((replica) => {
      const color = colors.get(replica.resource) ?? null
      const place = placeOf(replica)
      const to = placed.places.get(replicaKey(replica)) ?? null
      const asked = { revision, base, replica, place, color, dirty, left, used, refresh, placed: to }
      return [replicaKey(replica), moves !== null && to === null ? null : changeOfReplica(asked)]
    }),
  )
  const kept = new Map(aside.map((i) => [replicaKey(i.labels), i]))
  const ordered = inOrder(revision, colorSets(revision, { planned, live, standby: kept, used: usedBySets, refresh }))
  const needed = new Set([...stays.map(placeKey), ...changedBy(ordered), ...revivedBy(ordered)])
  const rest = ours.filter((i) => !needed.has(placeKey(i)) && !staysAside(i, aside, ordered))
  const { gone: over, stay } = leftovers({ revision, rest, withData, ordered, force })
  const gone = over.filter(({ host }) => moves === null || moves.off.includes(host))
  // A drain leaves copies alone.
  const copies = copiesGone(revision, moves === null ? observed : [], { force, dirty })
  const changes = [...ordered, ...gone, ...copies.changes]

  const [changed, revived] = [changedBy(changes), revivedBy(changes)]
  const abandoned = ordered.flatMap((w) => {
    const isBegun = w.action === 'create' || (w.action === 'start' && w.revive === true)
    const hosts = isBegun && holdsData(resourceOf(revision, w.resource)) ? left.mayHold(w) : []
    return hosts.length === 0 ? [] : [{ change: w, hosts }]
  })
  const losses = refuseDataLoss(changes, { withData, abandoned, force })
  const volumes = planVolumes({ revision, changes, storage, force, goesBack })
  refuseClashes(changes, observed, { topology, ours, force })
  return {
    ...(volumes.gone.length + copies.volumes.length === 0 ? {} : { volumes: [...volumes.gone, ...copies.volumes] }),
    ...(placed.unplaced.length === 0 ? {} : { unplaced: placed.unplaced }),
    changes,
    // What is kept and comes back is one all the same: its pool is there already.
    bystanders: [...stays.filter((i) => !revived.has(placeKey(i))), ...new Set([...aside, ...stay])]
      .filter((i) => !changed.has(placeKey(i)))
      .map(liveInstance),
    exposure: [],
    fingerprint: fingerprintOf({
      revision,
      base,
      ours: found,
      dirty,
      standby,
      without,
      moves,
      refresh,
      forced: [
        ...losses,
        ...volumes.losses,
        ...copies.changes.map((w) => `copy ${placeKey({ ...w, name: w.instance })}`),
      ],
      ...(input.facts === undefined ? {} : { placed: placed.places }),
    }),
    notes: [
      ...strangersOf(topology, observed),
      ...losses,
      ...volumes.losses,
      ...copies.losses,
      ...volumes.notes,
      ...(moves === null ? stay.map(stayNote) : moveNotes(revision, moves, { changes, staying })),
      ...leftOutNotes({ revision, base, without, dirty }, (replica) => placeOf(replica).live),
      ...(moves === null ? notesOf(revision, changes) : []),
      ...placed.notes,
      ...(refresh === null ? [] : refreshNotes(revision, { changes, ours, images: refresh })),
    ],
  }
}

/** The plan as people and `--json` see it. */
export function toPlan(
  topology: string,
  { changes, exposure, volumes = [], fingerprint: print, notes }: PlannedChanges,
): Plan {
  const shown = [...changes, ...exposure, ...volumes.map(volumeChange)].map(
    ({ action, resource, instance, host, reasons, drift, placement, replaces, live, restart, image }) => ({
      action,
      resource,
      instance,
      host,
      reasons,
      drift,
      ...(placement === undefined ? {} : { placement }),
      ...(replaces === undefined ? {} : { replaces }),
      ...(live === undefined ? {} : { live }),
      ...(restart === undefined ? {} : { restart }),
      ...(image === undefined ? {} : { image }),
    }),
  )
  return { topology, changes: shown, empty: shown.length === 0, fingerprint: print, notes }
}

const volumeChange = ({ name: instance, host, resource, replica }: VolumeGone): Change => ({
  action: 'delete',
  resource,
  instance,
  host,
  reasons: [
    replica === true
      ? 'a volume of that copy'
      : 'a volume that is no longer declared, with its data and snapshots (--force)',
  ],
  drift: false,
})

/** Instances that come back as they are. */
const revivedBy = (changes: readonly PlannedChange[]): Set<string> =>
  new Set(changes.flatMap(({ revive, host, instance: name }) => (revive === true ? [placeKey({ host, name })] : [])))

/** Instances that a change begins with. */
const changedBy = (changes: readonly PlannedChange[]): Set<string> =>
  new Set(changes.flatMap(({ from }) => (from === null ? [] : [placeKey(from)])))

function inOrder(revision: Revision, perReplica: Map<string, PlannedChange | null>): PlannedChange[] {
  const rank = new Map(
    levels(revision.topology.resources).flatMap((names, level) => names.map((name) => [name, level])),
  )
  const all = [...perReplica.values()].filter((w): w is PlannedChange => w !== null)
  return all
    .map((w, i) => ({ w, i, level: rank.get(w.resource) ?? 0 }))
    .sort((a, b) => a.level - b.level || a.i - b.i)
    .map(({ w }) => w)
}

/** What is kept stays, until a new set of its resource, or a new instance, needs its place. */
const staysAside = (instance: Ours, aside: Ours[], ordered: PlannedChange[]): boolean =>
  aside.includes(instance) &&
  !ordered.some(
    ({ action, resource, instance: made, drift, revive }) =>
      !revive && (made === instance.name || (resource === instance.labels.resource && action === 'replace' && !drift)),
  )
