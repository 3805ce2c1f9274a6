import type { HistoryEntry, InstanceStatusRow, LedgerState, OperationSummary } from '../contracts/index.js'

/** What `status` shows. */
export interface Status {
  topology: string
  revision: { desired: number | null; stable: number | null; attempted: number | null }
  operation: Pick<OperationSummary, 'id' | 'kind' | 'step' | 'startedAt'> | null
  /** How the last one ended; null before the first. */
  last: Pick<HistoryEntry, 'operation' | 'kind' | 'outcome'> | null
  /** Instances that an operation left half changed. */
  dirty: string[]
  /** ISO time of the clean-up by ttl. */
  ttl: string | null
  healthy: boolean
  instances: InstanceStatusRow[]
}

/** @param step - of the operation in progress, in words; the ledger knows only how it began */
export function statusOf(state: LedgerState, instances: InstanceStatusRow[], step: string | null): Status {
  const { topology, desired, stable, attempted, current, dirty } = state
  const last = state.history.at(-1)
  return {
    topology,
    revision: { desired, stable, attempted },
    operation:
      current === null
        ? null
        : { id: current.id, kind: current.kind, step: step ?? current.step, startedAt: current.startedAt },
    last: last === undefined ? null : { operation: last.operation, kind: last.kind, outcome: last.outcome },
    dirty,
    ttl: state.expiresAt,
    healthy: instances.every(isHealthy),
    instances,
  }
}

/** Running, and healthy as far as anything can tell. */
export const isHealthy = ({ health, state }: InstanceStatusRow): boolean =>
  health === 'healthy' || (health === 'unknown' && state === 'Running')
