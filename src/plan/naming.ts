import type { Slot } from './model.js'

/** Incus allows 63 characters: letters, digits and dashes. */
export const MAX_INSTANCE_NAME = 63

/** A name of the topology file as Incus spells it: `_` becomes `-`. */
export const incusName = (name: string): string => name.replaceAll('_', '-').toLowerCase()

/** `<topology>-<resource>`, with `-<n>` for replicas and `-blue`, `-green` or `-canary` after that. */
export function instanceName(topology: string, resource: string, index: number | null, slot: Slot = ''): string {
  return [
    incusName(topology),
    incusName(resource),
    ...(index === null ? [] : [index]),
    ...(slot === '' ? [] : [slot]),
  ].join('-')
}

/**
 * Name of the snapshot that an operation takes before it changes an instance.
 * @param unique - 8 characters of a-z and 0-9 that no other operation has: operations are numbered from 1 again when a ledger is
 *   lost, and a snapshot of the same name would be of another time
 * @throws Error when `unique` is anything else
 */
export function snapshotName(operation: number, unique: string): string {
  if (!UNIQUE.test(unique)) throw new Error(`${JSON.stringify(unique)} is not 8 characters of a-z and 0-9`)
  return `pre-deploy-${operation}-${unique}`
}

const UNIQUE = /^[0-9a-z]{8}$/

/** Number of the operation that took a snapshot; 0: it is none of ours. */
export const operationOfSnapshot = (name: string): number =>
  isOurSnapshot(name) ? Number(/\d+/.exec(name)?.[0] ?? 0) : 0

/** Snapshots that cul8er took and may prune; earlier versions gave them a number only. */
export const isOurSnapshot = (name: string): boolean => /^pre-deploy-\d+(-[0-9a-z]{8})?$/.test(name)

/**
 * Which of our snapshots, oldest first, go so that `keep` stay: the oldest. `spent` is one that was put back, and so holds nothing
 * that the instance does not: it is the only one to go.
 */
export function superfluous(ours: readonly string[], { keep, spent }: { keep: number; spent?: string }): string[] {
  const count = Math.max(0, ours.length - keep)
  return spent === undefined ? ours.slice(0, count) : ours.filter((name) => count > 0 && name === spent)
}

/** The colour that is free beside the one that lives. */
export const otherSlot = (slot: Slot, coloured: boolean): Slot =>
  slot === 'blue' ? 'green' : slot === 'green' ? (coloured ? 'blue' : '') : 'green'
