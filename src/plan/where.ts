import type { Host } from '../topology/model.js'
import type { Revision } from './model.js'

/** What a ledger remembers of where it has been. */
export interface Past {
  revisions: readonly Revision[]
  stable: number | null
  history: readonly { kind: string; outcome: string; revision: number }[]
  kept: object | null
}

/**
 * Where something of a topology may be: the hosts of the stable revision, of attempts since that came to no good end, of a set that
 * is kept, and of the revision `target` that something leads to. Older ones are not asked: they may be gone for good.
 */
export function hostsOf({ revisions, stable, history, kept }: Past, target: number | null): Record<string, Host> {
  const last = history.findLastIndex(isChange('succeeded'))
  const attempts = history.slice(last + 1).filter(isChange('needsAttention', 'held'))
  const before = kept === null ? undefined : history.slice(0, Math.max(0, last)).findLast(isChange('succeeded'))
  const numbers = [before?.revision, ...attempts.map(({ revision }) => revision), stable, target]
  return Object.assign(
    {},
    ...numbers.map((number) => revisions.find((revision) => revision.number === number)?.topology.hosts ?? {}),
  ) as Record<string, Host>
}

const isChange =
  (...outcomes: string[]) =>
  ({ kind, outcome }: Past['history'][number]): boolean =>
    (kind === 'deploy' || kind === 'rollback') && outcomes.includes(outcome)
