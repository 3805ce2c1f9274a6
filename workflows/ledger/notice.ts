import type { ErrorReport } from '../../src/errors.js'
import type { LedgerState, OperationEnded, Outcome } from '../../src/contracts/index.js'
import { declaring } from '../../src/plan/declaring.js'
import type { Revision } from '../../src/plan/model.js'
import { versionsOf } from '../../src/plan/versions.js'
import { revisionOf } from './state.js'

/**
 * What is told of the operation that was in progress `before` and is written down `after`; null: there was none.
 */
export function endedOperation(before: LedgerState, after: LedgerState): OperationEnded | null {
  const { current, topology } = before
  const entry = after.history.at(-1)
  if (current === null || entry === undefined) return null
  const { operation, number, kind, outcome, revision, endedAt, error } = entry
  return {
    event: 'operationEnded',
    topology,
    operation,
    number,
    kind,
    outcome,
    who: current.by?.who ?? null,
    // Of several failures in a row the entry has the first one's.
    startedAt: current.startedAt,
    endedAt,
    revision,
    versions: versionsOf(revisionOf(before, revision)),
    reason: error === undefined ? null : reasonOf(error),
    next: nextCommand(topology, outcome),
  }
}

/** Whose notifiers are told of the operation in progress. */
export const announcing = (state: Pick<LedgerState, 'current' | 'revisions'>): Revision | null =>
  state.current === null ? null : declaring(state.current.kind, state.current.revision, state)

/** Characters of a reason: what is told may end up on a phone. */
const MOST = 300

const reasonOf = ({ code, message }: ErrorReport): NonNullable<OperationEnded['reason']> => {
  const [line = ''] = message.split('\n')
  const [sentence = ''] = line.split(/(?<=[.!?])\s/)
  return { code, message: sentence.length > MOST ? `${sentence.slice(0, MOST)}…` : sentence }
}

function nextCommand(topology: string, outcome: Outcome): string | null {
  switch (outcome) {
    case 'succeeded':
      return null
    case 'rolledBack':
      return `cul8er history ${topology}`
    case 'held':
    case 'needsAttention':
      return `cul8er status ${topology}`
    case 'failed':
      return `cul8er plan ${topology}`
  }
}
