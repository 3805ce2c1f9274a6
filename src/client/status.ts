import type { InstanceStatusRow, LedgerState, OperationSummary } from '../contracts/index.js'

/** What `status` shows. */
export interface Status {
  topology: string
  revision: { desired: number | null; stable: number | null; attempted: number | null }
  operation: Pick<OperationSummary, 'id' | 'kind' | 'step' | 'startedAt'> | null
  /** ISO time of the clean-up by ttl. */
  ttl: string | null
  healthy: boolean
  instances: InstanceStatusRow[]
}

/** @param step - of the operation in progress, in words; the ledger knows only how it began */
export function statusOf(state: LedgerState, instances: InstanceStatusRow[], step: string | null): Status {
  const { topology, desired, stable, attempted, current } = state
  return {
    topology,
    revision: { desired, stable, attempted },
    operation:
      current === null
        ? null
        : { id: current.id, kind: current.kind, step: step ?? current.step, startedAt: current.startedAt },
    ttl: state.expiresAt,
    healthy: instances.every(isHealthy),
    instances,
  }
}

/** Running, and healthy as far as anything can tell. */
export const isHealthy = ({ health, state }: InstanceStatusRow): boolean =>
  health === 'healthy' || (health === 'unknown' && state === 'Running')
