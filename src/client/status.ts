import type { Underway } from './doing.js'
import type {
  HistoryEntry,
  InstanceStatusRow,
  LedgerState,
  OperationSummary,
  StatusAnswer,
  Unreachable,
} from '../contracts/index.js'
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
  /** ISO time of the clean-up by ttl. */
  ttl: string | null
  healthy: boolean
  /** What failed between operations and what its policy does about it; absent: nothing did. */
  unhealthy?: UnhealthyStatus[]
  /** Hosts that give no answer; absent: all do. */
  unreachable?: UnreachableHost[]
  instances: InstanceStatusRow[]
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
  { instances, unreachable }: StatusAnswer,
  { step, doing }: { step: string | null; doing: Underway[] },
): Status {
  const { topology, desired, stable, attempted, current, dirty } = state
  const last = endOf(state.history.at(-1))
  const unhealthy = unhealthyOf(state)
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
    dirty,
    ttl: state.expiresAt,
    healthy: instances.every(isHealthy) && unreachable.every(({ host }) => isLeftOut(state, host)),
    ...(unhealthy.length === 0 ? {} : { unhealthy }),
    ...(unreachable.length === 0 ? {} : { unreachable: unreachable.map((each) => unreachableOf(state, each)) }),
    instances,
  }
}

function endOf(entry: HistoryEntry | undefined): Ended | null {
  if (entry === undefined) return null
  const { operation, kind, outcome, revision, endedAt, error, warnings } = entry
  return {
    ...{ operation, kind, outcome, revision, endedAt },
    ...(error === undefined ? {} : { error }),
    ...(warnings === undefined ? {} : { warnings }),
  }
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

/** Running, and healthy as far as anything can tell. */
const isHealthy = ({ health, state }: InstanceStatusRow): boolean =>
  health === 'healthy' || (health === 'unknown' && state === 'Running')

const unhealthyOf = ({ unhealthy = {} }: LedgerState): UnhealthyStatus[] =>
  Object.values(unhealthy).flatMap(({ instance, reason, at, restarts, wellSince, toldAt }) =>
    wellSince === undefined ? [{ instance, reason, at, restarts: restarts.length, gaveUp: toldAt !== undefined }] : [],
  )
