import type { Underway } from './doing.js'
import type {
  BackupStatusRow,
  HistoryEntry,
  InstanceStatusRow,
  LedgerState,
  OperationSummary,
  ReplicaStatusRow,
  ScalingRecord,
  StatusAnswer,
  Unreachable,
} from '../contracts/index.js'
import { currentRevision } from '../plan/revisions.js'
import type { Scaling } from '../topology/model.js'
import { dirtyHost, dirtyNames } from '../plan/half-done.js'
import type { ErrorReport } from '../errors.js'

/** What `status` shows. */
export interface Status {
  topology: string
  revision: { desired: number | null; stable: number | null; attempted: number | null }
  operation: (Pick<OperationSummary, 'id' | 'kind' | 'step' | 'startedAt'> & { doing?: Underway[] }) | null
  /** How the last one ended, when and why; null before the first. */
  lastOperation: Ended | null
  /** The same under its older name. */
  last: Ended | null
  /** Instances that an operation left half changed. */
  dirty: string[]
  /** Hosts that gave no answer to an operation, which left something there, and its instances; a failover sets it right. Absent: none. */
  left?: { host: string; instances: string[] }[]
  /** The hosts know more than the state here, which was restored from an older backup; absent: they do not. */
  behind?: ErrorReport
  /** ISO time of the clean-up by ttl. */
  ttl: string | null
  healthy: boolean
  /** Instances that no other host has room for, while theirs is gone; absent: none. */
  noRoom?: string[]
  /** Hosts that are back and take no part yet, and why; absent: none. */
  apart?: HostApart[]
  /** What failed between operations and what its policy does about it; absent: nothing did. */
  unhealthy?: UnhealthyStatus[]
  /** Hosts that give no answer; absent: all do. */
  unreachable?: UnreachableHost[]
  instances: InstanceStatusRow[]
  /** Numbers of instances that follow the load; absent: all are fixed. */
  scaling?: ScalingStatus[]
  /** Copies of data on other hosts; absent: none are declared. */
  replicas?: ReplicaStatus[]
  /** The last backups; absent: none are declared. */
  backups?: BackupStatus[]
}

/** The last backup of an instance. */
export type BackupStatus = BackupStatusRow & {
  /** Why the last attempt failed, in words; absent: it did not, as far as anybody knows. */
  failed?: string
}

/** The number of instances of a resource that follows the load. */
export interface ScalingStatus extends Scaling {
  resource: string
  /** How many there are to be now. */
  count: number
  /** The last change, and why; absent: there was none. */
  last?: ScalingRecord
}

/** A copy of an instance on another host. */
export type ReplicaStatus = ReplicaStatusRow & {
  /** Why the last attempt failed, in words; absent: it did not, as far as anybody knows. */
  failed?: string
}

/** A host that is back and takes no part yet. */
export interface HostApart {
  host: string
  /** In words. */
  reason: string
  /** ISO time; absent: until a person has decided. */
  until?: string
}

/** A host that gives no answer. */
export interface UnreachableHost {
  host: string
  error: ErrorReport
  /** It is taken for dead since then, ISO time; absent: it is not, or nobody watches it. */
  deadSince?: string
  /** What was there runs elsewhere, as far as it may. */
  leftOut: boolean
}

/** An instance that its `unhealthy` policy is about. */
export interface UnhealthyStatus {
  instance: string
  /** Of the last probe that failed, in words. */
  reason: string
  /** ISO time. */
  at: string
  restarts: number
  /** Nothing more is tried. */
  gaveUp: boolean
}

/** How an operation ended. */
export type Ended = Pick<HistoryEntry, 'operation' | 'kind' | 'outcome' | 'revision' | 'endedAt' | 'error' | 'warnings'>

/** @param now - the step of the operation in progress, in words, and what it waits for; the ledger knows only how it began */
export function statusOf(
  state: LedgerState,
  { instances, unreachable, replicas = [], backups = [] }: StatusAnswer,
  { step, doing, behind = null }: { step: string | null; doing: Underway[]; behind?: ErrorReport | null },
  nowMs = Date.now(),
): Status {
  const { topology, desired, stable, attempted, current, dirty } = state
  const last = endOf(state.history.at(-1))
  const unhealthy = unhealthyOf(state)
  const left = leftOn(state)
  const noRoom = state.failover?.noRoom?.instances ?? []
  const apart = hostsApart(state, nowMs)
  const scaling = scalingOf(state)
  const isLeft = (entry: string): boolean => left.some(({ host }) => host === dirtyHost(entry))
  const copies = replicas.map((each) => replicaStatusOf(state, each))
  const kept = backups.map((each) => backupStatusOf(state, each))
  return {
    topology,
    revision: { desired, stable, attempted },
    operation:
      current === null
        ? null
        : {
            id: current.id,
            kind: current.kind,
            step: step ?? current.step,
            startedAt: current.startedAt,
            ...(doing.length === 0 ? {} : { doing }),
          },
    lastOperation: last,
    last,
    dirty: dirtyNames(dirty.filter((entry) => !isLeft(entry))),
    ttl: state.expiresAt,
    healthy:
      behind === null &&
      noRoom.length === 0 &&
      instances.every(isHealthy) &&
      unreachable.every(({ host }) => isLeftOut(state, host)) &&
      !copies.some(isLate) &&
      !kept.some(isLate),
    ...(behind === null ? {} : { behind }),
    ...(left.length === 0 ? {} : { left }),
    ...(noRoom.length === 0 ? {} : { noRoom }),
    ...(apart.length === 0 ? {} : { apart }),
    ...(unhealthy.length === 0 ? {} : { unhealthy }),
    ...(unreachable.length === 0 ? {} : { unreachable: unreachable.map((each) => unreachableOf(state, each)) }),
    instances,
    ...(scaling.length === 0 ? {} : { scaling }),
    ...(copies.length === 0 ? {} : { replicas: copies }),
    ...(kept.length === 0 ? {} : { backups: kept }),
  }
}

const scalingOf = (state: LedgerState): ScalingStatus[] =>
  Object.entries(currentRevision(state)?.topology.resources ?? {}).flatMap(([resource, { scaling, replicas }]) => {
    const last = state.scaling?.[resource]
    return scaling === undefined || replicas === null
      ? []
      : [{ resource, count: replicas, ...scaling, ...(last === undefined ? {} : { last }) }]
  })

function endOf(entry: HistoryEntry | undefined): Ended | null {
  if (entry === undefined) return null
  const { operation, kind, outcome, revision, endedAt, error, warnings } = entry
  return {
    ...{ operation, kind, outcome, revision, endedAt },
    ...(error === undefined ? {} : { error }),
    ...(warnings === undefined ? {} : { warnings }),
  }
}

/** Where something waits for a failover to set it right: on hosts that are left out, or were silent while an operation was taken back. */
function leftOn({ failover, dirty }: LedgerState): { host: string; instances: string[] }[] {
  const { without = [], behind = [] } = failover ?? {}
  return [...new Set([...without, ...behind])].flatMap((host) => {
    const instances = dirtyNames(dirty.filter((entry) => dirtyHost(entry) === host))
    return instances.length > 0 || behind.includes(host) ? [{ host, instances }] : []
  })
}

/** Hosts that a failover has left out and that are back, where something keeps them from taking part. */
function hostsApart({ failover, hosts = {}, flapping = {} }: LedgerState, nowMs: number): HostApart[] {
  const { without = [], behind = [], refused = [] } = failover ?? {}
  return [...new Set([...without, ...behind])].flatMap((host): HostApart[] => {
    if (hosts[host]?.state === 'dead') return []
    if (refused.includes(host))
      return [{ host, reason: 'data that is there would be lost: deploy decides which copy counts' }]
    const until = flapping[host]?.quietUntil
    return until === undefined || Date.parse(until) <= nowMs
      ? []
      : [{ host, reason: 'it died and came back again and again', until }]
  })
}

/** The last operation left something for a person to do. */
export const needsPerson = ({ operation, lastOperation, dirty }: Status): boolean =>
  operation === null && (dirty.length > 0 || lastOperation?.outcome === 'needsAttention')

/** Everything is as declared without it. */
const isLeftOut = ({ failover }: LedgerState, host: string): boolean => failover?.without.includes(host) === true

function unreachableOf(state: LedgerState, { host, error }: Unreachable): UnreachableHost {
  const { state: now, since } = state.hosts?.[host] ?? {}
  return { host, error, ...(now === 'dead' ? { deadSince: since } : {}), leftOut: isLeftOut(state, host) }
}

/** What nobody would hear of before it is needed: what is too old is nothing to rely on. */
const isLate = ({ state }: Pick<ReplicaStatus | BackupStatus, 'state'>): boolean => state === 'late'

function replicaStatusOf({ replicas = {} }: LedgerState, row: ReplicaStatusRow): ReplicaStatus {
  const known = Object.values(replicas).find(({ instance, host }) => instance === row.instance && host === row.host)
  // One that was never made, or whose host is silent, shows no age: what is known of it counts.
  const late = known?.late === true && row.state !== 'current'
  return {
    ...row,
    ...(late ? { state: 'late' as const } : {}),
    ...(known?.failed === undefined ? {} : { failed: known.failed }),
  }
}

function backupStatusOf({ backups = {} }: LedgerState, row: BackupStatusRow): BackupStatus {
  const known = Object.values(backups).find(({ instance }) => instance === row.instance)
  const late = known?.late === true && row.state !== 'current'
  return {
    ...row,
    ...(late ? { state: 'late' as const } : {}),
    ...(known?.failed === undefined ? {} : { failed: known.failed }),
  }
}

/** Running, and healthy as far as anything can tell. */
const isHealthy = ({ health, state }: InstanceStatusRow): boolean =>
  health === 'healthy' || (health === 'unknown' && state === 'Running')

const unhealthyOf = ({ unhealthy = {} }: LedgerState): UnhealthyStatus[] =>
  Object.values(unhealthy).flatMap(({ instance, reason, at, restarts, wellSince, toldAt }) =>
    wellSince === undefined ? [{ instance, reason, at, restarts: restarts.length, gaveUp: toldAt !== undefined }] : [],
  )
