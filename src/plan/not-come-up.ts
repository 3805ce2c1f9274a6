/** What a ledger remembers of what was left half changed. */
export interface Left {
  dirty: readonly string[]
  history: readonly { kind: string; outcome: string }[]
}

/** What leaves nothing half changed but what does not come up. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set(['restart', 'snapshot'])

/**
 * Of what is half changed: instances that did not come up from a restart and are as they were deployed. One that does come up from a
 * later restart is whole again. Where anything else went wrong since all was well the last time, nobody can tell, and there are none.
 */
export function notComeUp({ dirty, history }: Left): string[] {
  const last = history.findLastIndex(
    ({ kind, outcome }) => (kind === 'deploy' || kind === 'rollback') && outcome === 'succeeded',
  )
  const byRestarts = history
    .slice(last + 1)
    .every(({ kind, outcome }) => CHANGES_NOTHING.has(kind) || (outcome !== 'held' && outcome !== 'needsAttention'))
  return last >= 0 && byRestarts ? [...dirty] : []
}
