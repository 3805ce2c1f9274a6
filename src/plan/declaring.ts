import type { Revision } from './model.js'

/**
 * Whose notifiers are told of an operation, and whose hooks it runs: of a deploy those of what is deployed, of anything else those of the
 * newest declaration. A rollback leads to an older one, and what was added since is meant for it as well.
 */
export const declaring = (
  kind: string,
  target: number | null,
  { revisions }: { revisions: readonly Revision[] },
): Revision | null =>
  (kind === 'deploy' ? revisions.find(({ number }) => number === target) : undefined) ?? newest({ revisions })

/** The newest declaration. */
export const newest = ({ revisions }: { revisions: readonly Revision[] }): Revision | null =>
  revisions.reduce<Revision | null>((a, b) => (a === null || b.number > a.number ? b : a), null)
