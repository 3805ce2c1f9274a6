import type { HistoryEntry, OperationKind } from '../../src/contracts/index.js'

/** Operations that changes came from whose outcome is kept. */
const KEEP = 50
/** Others, kept beside them: they must not push them out. */
const KEEP_OTHERS = 20

/**
 * The history with one more entry. What the ledger tries again and again by itself is one entry with a count, but for what has a
 * reason of its own each time; that of a failover or a repair is the same until it goes well.
 */
export function withEntry(history: readonly HistoryEntry[], entry: HistoryEntry): HistoryEntry[] {
  const same = failedByItself(entry) ? sameFailure(history, entry) : -1
  const before = history[same]
  if (before === undefined) return bounded([...history, entry])
  const merged = { ...entry, startedAt: before.startedAt, times: (before.times ?? 1) + 1 }
  return [...history.slice(0, same), ...history.slice(same + 1), merged]
}

/** How many times in a row the ledger has failed at this by now, the last entry included. */
export const failures = (history: readonly HistoryEntry[]): number => history.at(-1)?.times ?? 1

/** Index of the last failure of its kind, if nothing else has happened since. */
function sameFailure(history: readonly HistoryEntry[], { kind }: HistoryEntry): number {
  const since = history.findLastIndex((each) => !failedByItself(each)) + 1
  return history.findLastIndex((each, index) => index >= since && each.kind === kind)
}

const failedByItself = ({ automatic, outcome, reason, kind }: HistoryEntry): boolean =>
  automatic === true &&
  outcome !== 'succeeded' &&
  (reason === undefined || kind === 'failover' || kind === 'repair' || kind === 'scale')

/** What somebody asked for and what it came to: everything else is upkeep. */
const CHANGES: ReadonlySet<OperationKind> = new Set(['deploy', 'rollback', 'restore', 'destroy'])

function bounded(history: HistoryEntry[]): HistoryEntry[] {
  const isOther = (entry: HistoryEntry): boolean => !CHANGES.has(entry.kind) || failedByItself(entry)
  const newest = (entries: HistoryEntry[], most: number): Set<HistoryEntry> => new Set(entries.slice(-most))
  const operations = newest(
    history.filter((entry) => !isOther(entry)),
    KEEP,
  )
  const others = newest(history.filter(isOther), KEEP_OTHERS)
  return history.filter((entry) => operations.has(entry) || others.has(entry))
}
