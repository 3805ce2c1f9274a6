import type { Revision } from './model.js'

/** Revisions kept for going back. */
export const KEEP_REVISIONS = 20

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

/**
 * The revision that a rollback without a name goes to: the stable one when the last attempt did not get there, otherwise the
 * last one before it that was stable. null: there is none.
 */
export function rollbackTarget(state: {
  desired: number | null
  stable: number | null
  /** Numbers of revisions that succeeded, oldest first. */
  succeeded: readonly number[]
  dirty: readonly string[]
}): number | null {
  const { desired, stable, succeeded, dirty } = state
  if (stable !== null && (desired !== stable || dirty.length > 0)) return stable
  return succeeded
    .filter((number) => stable !== null && number < stable)
    .reduce<number | null>((a, b) => Math.max(a ?? 0, b), null)
}
