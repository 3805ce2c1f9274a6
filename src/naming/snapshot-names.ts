import type { ErrorReport } from '../errors.js'
import { isReplicaSnapshot } from './replica-snapshots.js'

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

/** What the names of our own snapshots begin with. */
const OURS = 'pre-deploy-'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/** Why a person cannot call a snapshot so, or null. */
export function snapshotNameRefusal(name: string): ErrorReport | null {
  if (!NAME.test(name)) {
    return {
      code: 'USAGE',
      message: `${JSON.stringify(name)} cannot be the name of a snapshot`,
      hint: 'allowed are letters, digits, dots, dashes and underscores, 63 at most, with a letter or digit first',
    }
  }
  if (isReplicaSnapshot(name)) {
    return {
      code: 'USAGE',
      message: `${name} is named as the snapshots are that replication takes, and prunes`,
      hint: 'choose another name',
    }
  }
  if (!name.toLowerCase().startsWith(OURS)) return null
  return {
    code: 'USAGE',
    message: `${name} begins as the snapshots do that operations take, and prune`,
    hint: `choose a name that does not begin with ${OURS}`,
  }
}

/** Name of a snapshot that nobody named: by the minute, UTC. */
export const snapshotByTime = (at: Date): string =>
  `manual-${at.toISOString().slice(0, 16).replaceAll('-', '').replace('T', '-').replace(':', '')}`
