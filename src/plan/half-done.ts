import { placeKey } from './place-key.js'
import type { Ours } from './planned-change.js'

/*
 * Instances that an operation left half changed are written down by host and name, as `placeKey` says: after a failover two hosts may
 * have one of the same name. A ledger of before wrote the name alone, which stands for that name on every host.
 */
export type Dirty = readonly string[] | ReadonlySet<string>

interface At {
  name: string
  host: string
}

/** How an operation that ended without saying what it was at stands among the dirty: all that it touched is suspect. */
export const lostOperation = (number: number | string): string => `operation ${number}`

/** Whether the instance of this name on this host is among those that were left half changed. */
export const isDirty = (dirty: Dirty, at: At): boolean => has(dirty, placeKey(at)) || has(dirty, at.name)

/** Whether an earlier operation left an instance half changed. */
export const isHalfDone = ({ name, host, labels }: Ours, dirty: readonly string[]): boolean =>
  isDirty(dirty, { name, host }) || dirty.includes(lostOperation(labels.operation))

/** The host that is written down; null: it may be on any. */
export const dirtyHost = (entry: string): string | null => (entry.includes('/') ? (entry.split('/')[0] ?? null) : null)

/** What is left half changed, for people: names, each once. */
export const dirtyNames = (dirty: readonly string[]): string[] => [
  ...new Set(dirty.map((entry) => entry.slice(entry.indexOf('/') + 1))),
]

const has = (dirty: Dirty, key: string): boolean => ('has' in dirty ? dirty.has(key) : dirty.includes(key))
