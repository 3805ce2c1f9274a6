import type {
  LedgerState,
  Outcome,
  ReplicaLateOrCaughtUp,
  ReplicaRestore,
  ReplicationInput,
  ReplicationRound,
} from '../../src/contracts/index.js'
import { secondsWords } from '../../src/topology/units.js'
import { revisionOf } from './state.js'

/* What a ledger knows of the copies that replication keeps. Pure: copying itself is a child's, between operations. */

/** Whether the stable revision has copies of anything. */
export const declaresCopies = (state: LedgerState): boolean =>
  Object.values(revisionOf(state, state.stable)?.topology.resources ?? {}).some(
    ({ replicate }) => replicate !== undefined,
  )

/** What is to be copied between operations; null: nothing is. */
export function replicationOf(state: LedgerState): ReplicationInput | null {
  const { topology, current, dirty, history, replicas = {} } = state
  const revision = revisionOf(state, state.stable)
  if (current !== null || state.behind !== undefined || revision === null || !declaresCopies(state)) return null
  return { topology, revision, dirty, known: replicas, restores: restoresIn(history) }
}

/** A host can say of what it has that it was restored; what other instances are stopped for is what somebody asked of the ledger. */
export const restoresIn = (history: LedgerState['history']): ReplicaRestore[] =>
  history.flatMap(({ fromReplica, outcome, number }) =>
    fromReplica === undefined || TAKEN_BACK.has(outcome) ? [] : [{ ...fromReplica, operation: number }],
  )

const TAKEN_BACK: ReadonlySet<Outcome> = new Set(['rolledBack', 'failed'])

/** What is known of the copies; of those that are not declared any more, nothing. */
export const withReplicas = (state: LedgerState, { replicas }: ReplicationRound): LedgerState => ({
  ...state,
  replicas,
})

/** What somebody should hear of: copies that are too old, and that are not any more. */
export const replicaEvents = (
  topology: string,
  { replicas, changes }: ReplicationRound,
  now: string,
): ReplicaLateOrCaughtUp[] =>
  changes.flatMap(({ replica, to }): ReplicaLateOrCaughtUp[] => {
    const record = replicas[replica]
    if (record === undefined || (to !== 'late' && to !== 'caughtUp')) return []
    const { instance, host, at, since, failed } = record
    const age = secondsWords(Date.parse(now) - Date.parse(at ?? since))
    const reason =
      to === 'caughtUp'
        ? null
        : [at === undefined ? `no copy for ${age}` : `${age} old`, failed].filter(Boolean).join(': ')
    return [
      {
        event: to === 'late' ? 'replicaLate' : 'replicaCaughtUp',
        topology,
        instance,
        host,
        copiedAt: at ?? null,
        reason,
        at: now,
      },
    ]
  })
