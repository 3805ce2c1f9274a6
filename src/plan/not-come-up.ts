import { dirtyHost } from './half-done.js'

/** What a ledger remembers of what was left half changed. */
export interface Left {
  dirty: readonly string[]
  history: readonly { kind: string; outcome: string; lost?: readonly string[] | undefined }[]
}

/** What leaves nothing half changed but what does not come up. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set(['restart', 'snapshot'])

/**
 * Of what is half changed: instances that did not come up from a restart and are as they were deployed. One that does come up from a
 * later restart is whole again. Where anything else went wrong since all was well the last time, nobody can tell, and there are none; nor
 * on hosts that gave no answer while something was taken back.
 */
export function notComeUp({ dirty, history }: Left): string[] {
  const last = history.findLastIndex(
    ({ kind, outcome }) => (kind === 'deploy' || kind === 'rollback') && outcome === 'succeeded',
  )
  const changes = history.slice(last + 1).filter(({ kind }) => !CHANGES_NOTHING.has(kind))
  if (last < 0 || changes.some(({ outcome }) => outcome === 'held' || outcome === 'needsAttention')) return []
  const lost = new Set(changes.flatMap((entry) => entry.lost ?? []))
  if (lost.size === 0) return [...dirty]
  return dirty.filter((entry) => {
    const host = dirtyHost(entry)
    return host !== null && !lost.has(host)
  })
}
