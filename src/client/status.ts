import type { Underway } from './doing.js'
import type { HistoryEntry, InstanceStatusRow, LedgerState, OperationSummary } from '../contracts/index.js'

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
  instances: InstanceStatusRow[]
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
  instances: InstanceStatusRow[],
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
    healthy: instances.every(isHealthy),
    ...(unhealthy.length === 0 ? {} : { unhealthy }),
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

/** Running, and healthy as far as anything can tell. */
const isHealthy = ({ health, state }: InstanceStatusRow): boolean =>
  health === 'healthy' || (health === 'unknown' && state === 'Running')

const unhealthyOf = ({ unhealthy = {} }: LedgerState): UnhealthyStatus[] =>
  Object.values(unhealthy).flatMap(({ instance, reason, at, restarts, wellSince, toldAt }) =>
    wellSince === undefined ? [{ instance, reason, at, restarts: restarts.length, gaveUp: toldAt !== undefined }] : [],
  )
