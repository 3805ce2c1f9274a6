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
 * The revision that a rollback without a name goes to: the stable one when the last attempt did not get there, otherwise the
 * one that was stable before it, in time and not by number. null: there is none.
 */
export function rollbackTarget(state: {
  desired: number | null
  stable: number | null
  /** As in the ledger, the last one newest. */
  stableBefore: readonly number[]
  dirty: readonly string[]
}): number | null {
  const { desired, stable, stableBefore, dirty } = state
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
