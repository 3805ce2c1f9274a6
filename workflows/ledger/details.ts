import type { LedgerState } from '../../src/contracts/index.js'

/** A topology in a few lines, for the Web UI. */
export function detailsOf(
  { topology, desired, stable, attempted, current, history, expiresAt }: LedgerState,
  note: string | null = null,
): string {
  return [
    `### ${topology}`,
    `desired revision ${desired ?? 'none'}, attempted ${attempted ?? 'none'}, stable ${stable ?? 'none'}`,
    current === null
      ? 'no operation in progress'
      : `in progress: ${current.kind} (${current.workflowId}) since ${current.startedAt}`,
    ...(expiresAt === null ? [] : [`will be destroyed at ${expiresAt}`]),
    ...(note === null ? [] : [note]),
    '',
    ...history
      .slice(-5)
      .map(
        (h) =>
          `- ${h.operation} ${h.kind} to ${h.revision}: ${h.outcome}${h.times === undefined ? '' : ` (${h.times} times)`}${h.error ? `: ${h.error.message}` : ''}`,
      ),
  ].join('\n')
}
