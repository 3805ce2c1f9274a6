import type { Revision } from './model.js'

/** Revisions kept for going back. */
const KEEP_REVISIONS = 20

/** Bytes of JSON that all kept revisions may take together: they travel in payloads, which are limited to 2 MB. */
const KEEP_BYTES = 600_000

/** The newest revisions that fit; those in `needed` (stable, desired) always stay. Newest last. */
export function keepRevisions(revisions: readonly Revision[], needed: readonly (number | null)[]): Revision[] {
  const kept: Revision[] = []
  let bytes = 0
  for (const revision of revisions.toReversed()) {
    bytes += JSON.stringify(revision).length
    if (needed.includes(revision.number) || (kept.length < KEEP_REVISIONS && bytes <= KEEP_BYTES))
      kept.unshift(revision)
  }
  return kept
}

/** What instances are measured by: the stable revision; before the first there is only the desired one. null: nothing is deployed. */
export const currentRevision = ({
  revisions,
  desired,
  stable,
}: {
  revisions: readonly Revision[]
  desired: number | null
  stable: number | null
}): Revision | null => revisions.find(({ number }) => number === (stable ?? desired)) ?? null

/** The number of the revision that a deploy leads to: what is desired already, by its digest, makes no new one. */
export function deployTarget(
  {
    desired,
    lastRevision,
    revisions,
  }: { desired: number | null; lastRevision: number; revisions: readonly Pick<Revision, 'number' | 'digest'>[] },
  digest: string | undefined,
): number {
  const now = revisions.find(({ number }) => number === desired)
  if (now !== undefined && now.digest === digest) return now.number
  return Math.max(lastRevision, ...revisions.map(({ number }) => number), desired ?? 0) + 1
}

/**
 * The revision that a rollback without a name goes to: that of the last rollback when it did not get there, so that the same command
 * goes to the same place; the stable one when another attempt did not; otherwise the one that was stable before it, in time and not by
 * number. null: there is none.
 */
export function rollbackTarget(state: {
  desired: number | null
  stable: number | null
  /** As in the ledger, the last one newest. */
  stableBefore: readonly number[]
  dirty: readonly string[]
  /** What ended, newest last. */
  history?: readonly { kind: string; outcome: string; revision: number }[]
  /** Those that are kept. */
  revisions?: readonly { number: number }[]
}): number | null {
  const { desired, stable, stableBefore, dirty, history = [], revisions = [] } = state
  const last = history.findLast(({ kind }) => kind === 'deploy' || kind === 'rollback')
  if (last?.kind === 'rollback' && last.outcome !== 'succeeded' && last.revision === desired && desired !== stable) {
    if (revisions.some(({ number }) => number === desired)) return desired
  }
  if (stable !== null && (desired !== stable || dirty.length > 0)) return stable
  return stableBefore.at(-1) ?? null
}

/**
 * What was stable before, once a revision has become stable. Going back takes off what it passes, so that a second rollback goes
 * further back instead of to the version that was left a moment ago.
 */
export function stableBeforeThen(stableBefore: readonly number[], stable: number | null, next: number): number[] {
  if (stable === null || stable === next) return [...stableBefore]
  const back = stableBefore.lastIndexOf(next)
  return back >= 0 ? stableBefore.slice(0, back) : [...stableBefore, stable].slice(-KEEP_REVISIONS)
}
