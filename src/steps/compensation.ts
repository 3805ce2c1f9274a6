import type { Compensation, Lane, Stage, Step } from '../contracts/index.js'
import type { Place } from '../contracts/index.js'
import { PoolBatches } from '../plan/batches.js'
import { sharedPools } from '../plan/pools.js'
import { placeKey } from '../plan/place-key.js'
import type { LiveInstance } from '../plan/planned-change.js'
import type { Promotion } from '../plan/replication/promotion.js'
import type { Topology } from '../topology/model.js'

/** The instance, or what stands for it, that a compensation is about. */
export const targetOf = (undo: Compensation): string =>
  'at' in undo ? undo.at.name : undo.kind === 'withdraw' ? undo.resources.join(', ') : (undo.from?.name ?? 'the edge')

const hostOf = (undo: Compensation): string =>
  'at' in undo ? undo.at.host : undo.kind === 'withdraw' ? '' : (undo.from?.host ?? '')

/** Where it stands among others: an instance has one way back at a time, and so have the ports and the canaries of resources. */
export const keyOf = (undo: Compensation): string =>
  // Its original has the same name, and a way back of its own.
  undo.kind === 'demote'
    ? `demote ${targetOf(undo)}`
    : undo.kind === 'switch' || undo.kind === 'withdraw'
      ? `${undo.kind} `
      : placeKey('at' in undo ? undo.at : undo.from)

/** What a compensation does, in words. */
export function compensationWords(undo: Compensation): string {
  switch (undo.kind) {
    case 'delete':
      return 'remove the new instance'
    case 'readmit':
      return 'back into rotation'
    case 'restore':
      return `restore snapshot ${undo.snapshot}`
    case 'dropSnapshot':
      return `delete snapshot ${undo.snapshot}`
    case 'reinstall':
      return 'reinstall the old release, keep the data'
    case 'configure':
      return 'reset limits and devices'
    case 'start':
      return 'start it again'
    case 'revive':
      return 'bring the old instance back'
    case 'demote':
      return 'make it a copy again'
    case 'dropFetched':
      return 'delete what came from the backup'
    case 'takeOut':
      return 'take out what was restored'
    case 'dropCopy':
      return 'delete the copy on the other host'
    case 'moveBack':
      return 'back to its host'
    case 'shelve':
      return 'back to standby'
    case 'switch':
      return 'switch the traffic back'
    case 'withdraw':
      return 'take the canary out of rotation'
  }
}

/** Of all, these come first, in this order: requests go back to what serves well before anything is rebuilt. */
const FIRST = ['withdraw', 'switch'] as const

/**
 * The way back as a procedure: what was registered last comes first, neighbours of one kind `atOnce` at a time, and one that fails
 * keeps no other from being taken back. Traffic leaves canaries and a new set before anything else. With `exclusive`, all apps are
 * stopped before the first one comes back. With `prunes`, what is as it was keeps no more snapshots than declared: an update that
 * fails night after night would fill the pool. Of those that share a public port by `topology`, somebody always serves.
 */
export function compensationOf(
  registered: readonly Compensation[],
  atOnce: number,
  { exclusive = false, prunes = false, topology }: { exclusive?: boolean; prunes?: boolean; topology?: Topology } = {},
): Stage[] {
  const undos = [
    ...FIRST.flatMap((first) => registered.filter(({ kind }) => kind === first)),
    ...registered.filter(({ kind }) => !FIRST.some((first) => first === kind)).toReversed(),
  ]
  const groups: Compensation[][] = []
  for (const undo of undos) {
    const last = groups.at(-1)
    if (last !== undefined && last[0]?.kind === undo.kind) last.push(undo)
    else groups.push([undo])
  }
  const stops = exclusive ? undos.flatMap(inPlace).map(stopped) : []
  const back = servedOn(groups, atOnce, exclusive ? undefined : topology).map((group): Stage => ({
    name: group[0] === undefined ? '' : `undo: ${compensationWords(group[0])}`,
    lanes: group.map(laneOf),
    atOnce,
    onFailure: 'continue',
  }))
  const pruned = prunes ? undos.flatMap(pruning) : []
  return [
    ...stageOf({ name: 'undo: stop all', lanes: stops, atOnce, onFailure: 'ignore' }),
    ...back,
    ...stageOf({ name: 'undo: prune snapshots', lanes: pruned, atOnce, onFailure: 'ignore' }),
  ]
}

/** Groups, of which those that share a public port never go back all at once. */
function servedOn(groups: Compensation[][], atOnce: number, topology: Topology | undefined): Compensation[][] {
  if (topology === undefined || sharedPools(topology).length === 0) return groups
  const pools = new PoolBatches(topology.resources)
  return groups.flatMap((group) => {
    const items = group.flatMap((undo) =>
      inPlace(undo).map(({ resource, host }) => ({ undo, action: 'update' as const, resource, host })),
    )
    if (items.length < group.length) return [group]
    return pools.split(items, atOnce).map((batch) => batch.map(({ undo }) => undo))
  })
}

const stageOf = (stage: Stage): Stage[] => (stage.lanes.length === 0 ? [] : [stage])

/** The instance, where it was changed in place: it runs, or may run, the new version, and has a snapshot from before. */
const inPlace = (undo: Compensation): LiveInstance[] =>
  undo.kind === 'restore' || undo.kind === 'reinstall' ? [undo.from] : []

/** An undone operation must not be what pushes out the snapshot that a restore wanted. */
const pruning = (undo: Compensation): Lane[] =>
  inPlace(undo).map((at) => ({
    host: at.host,
    steps: [{ kind: 'prune', at, ...(undo.kind === 'restore' ? { spent: undo.snapshot } : {}) }],
  }))

const stopped = (from: LiveInstance): Lane => ({
  host: from.host,
  steps: [
    { kind: 'drain', at: from },
    { kind: 'halt', from },
  ],
})

function laneOf(undo: Compensation): Lane {
  const about = UNCHANGED.has(undo.kind) ? {} : { instance: targetOf(undo) }
  return {
    ...about,
    host: hostOf(undo),
    steps: stepsOf(undo),
    compensates: { undo: undo.kind, instance: targetOf(undo), host: hostOf(undo) },
  }
}

/** What it is about is not half changed meanwhile. */
const UNCHANGED: ReadonlySet<Compensation['kind']> = new Set([
  'switch',
  'withdraw',
  'dropSnapshot',
  'dropCopy',
  'dropFetched',
])

function stepsOf(undo: Compensation): Step[] {
  switch (undo.kind) {
    case 'delete':
      return [
        { kind: 'drain', at: undo.at },
        { kind: 'forget', at: undo.at },
        { kind: 'keepLogs', at: undo.at },
        { kind: 'delete', at: undo.at },
      ]
    case 'readmit':
      return back(undo.from)
    case 'restore':
      return [
        { kind: 'drain', at: undo.from },
        { kind: 'restore', from: undo.from, snapshot: undo.snapshot },
        ...proven(undo.from),
      ]
    case 'dropSnapshot':
      return [{ kind: 'dropSnapshot', from: undo.from, snapshot: undo.snapshot }]
    case 'reinstall':
      return [
        { kind: 'drain', at: undo.from },
        { kind: 'configure', at: undo.from, before: undo.from, ...(undo.stopped === true ? { stopped: true } : {}) },
        { kind: 'install', at: undo.from, before: undo.from },
        { kind: 'restart', at: undo.from, before: undo.from },
        ...proven(undo.from),
      ]
    case 'configure':
      return [{ kind: 'configure', at: undo.from, before: undo.from }]
    case 'start':
      return [{ kind: 'start', at: undo.from }, ...proven(undo.from)]
    case 'revive':
      // What never had the place does not get it by being brought back.
      return undo.from.role === 'new'
        ? [
            { kind: 'start', at: undo.from },
            { kind: 'role', at: undo.from, role: 'new' },
          ]
        : [...(undo.copy === undefined ? [] : demoted(undo.copy)), ...revived(undo.from, undo.moves)]
    case 'demote':
      return demoted(undo.promotion)
    case 'takeOut':
      return [
        { kind: 'drain', at: undo.restoration.at },
        { kind: 'forget', at: undo.restoration.at },
        { kind: 'takeOut', restoration: undo.restoration },
        ...(undo.restoration.original === undefined
          ? [{ kind: 'dropFetched' as const, restoration: undo.restoration }]
          : revived(undo.restoration.original)),
      ]
    case 'dropFetched':
      return [{ kind: 'dropFetched', restoration: undo.restoration }]
    case 'dropCopy':
      return [{ kind: 'dropCopy', from: undo.original, at: undo.at }]
    case 'moveBack':
      return [
        { kind: 'drain', at: undo.copy },
        { kind: 'forget', at: undo.copy },
        { kind: 'putBack', from: undo.from, at: undo.copy },
        ...revived(undo.from, true),
      ]
    case 'shelve':
      // What is stateful does not run beside another one.
      return undo.from.stateful === true
        ? [
            { kind: 'drain', at: undo.from },
            { kind: 'forget', at: undo.from },
            { kind: 'retire', from: undo.from },
          ]
        : [{ kind: 'role', at: undo.from, role: 'old' }]
    case 'switch':
      return [{ kind: 'switch', active: undo.active }]
    case 'withdraw':
      return [{ kind: 'weights', percent: 0, resources: undo.resources }]
  }
}

const demoted = (promotion: Promotion): Step[] => [
  { kind: 'drain', at: promotion.at },
  { kind: 'forget', at: promotion.at },
  { kind: 'demote', promotion },
]

const revived = (from: LiveInstance, stays?: true): Step[] => [
  { kind: 'start', at: from },
  { kind: 'role', at: from, role: 'live', ...(stays === true ? { stays } : {}) },
  ...proven(from),
]

const back = (from: LiveInstance): Step[] => [{ kind: 'admit', at: place(from), from }]

/** Healthy as it was, and back into rotation at the weight it had. */
const proven = (from: LiveInstance): Step[] => [{ kind: 'healthy', at: from, before: from }, ...back(from)]

const place = ({ name, host, resource, index, color }: LiveInstance): Place => ({ name, host, resource, index, color })
