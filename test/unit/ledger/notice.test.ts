import { describe, expect, it } from 'vitest'
import type {
  LedgerState,
  OperationEnd,
  OperationKind,
  OperationSummary,
  Outcome,
} from '../../../src/contracts/index.js'
import type { ErrorReport } from '../../../src/errors.js'
import { end } from '../../../workflows/ledger/end.js'
import { announcing, endedOperation } from '../../../workflows/ledger/notice.js'
import { after, AT, deployed, ending, ledger, revision, summary } from './ledgers.js'

const current = (kind: OperationKind, revision: number, more: Partial<OperationSummary> = {}): OperationSummary =>
  summary(kind, { revision, by: { who: 'ann@laptop' }, ...more })
const ended = (outcome: Outcome, error?: ErrorReport): OperationEnd => {
  const { result, ...rest } = ending(outcome)
  return { ...rest, result: { ...result, ...(error === undefined ? {} : { error }) } }
}
/** Both resources run the same release. */
const shop = (state: LedgerState): LedgerState => {
  const deploy = { release: 'shop', version: '1.0.0' }
  const resources = { web: { deploy }, worker: { deploy }, db: { deploy: null } }
  const revisions = state.revisions.map((each) => ({ ...each, topology: { ...each.topology, resources } }))
  return { ...state, revisions } as unknown as LedgerState
}
const toldOf = (before: LedgerState, how: OperationEnd) => endedOperation(before, end(before, how, after(60_000)))

describe('what is told of an end', () => {
  it('has who, when, what runs, why, and what to do', () => {
    const before = shop(deployed(2, { current: current('deploy', 2) }))
    const error: ErrorReport = { code: 'UNHEALTHY', message: 'web-1: HTTP 500. It was asked 3 times.\nlast log lines' }
    expect(toldOf(before, ended('rolledBack', error))).toEqual({
      event: 'operationEnded',
      topology: 'shop',
      operation: 'op-7',
      number: 7,
      kind: 'deploy',
      outcome: 'rolledBack',
      who: 'ann@laptop',
      startedAt: AT,
      endedAt: after(60_000),
      revision: 2,
      versions: ['shop@1.0.0'],
      reason: { code: 'UNHEALTHY', message: 'web-1: HTTP 500.' },
      next: 'cul8er history shop',
    })
  })

  it.each<[Outcome, string | null]>([
    ['succeeded', null],
    ['rolledBack', 'cul8er history shop'],
    ['held', 'cul8er status shop'],
    ['needsAttention', 'cul8er status shop'],
    ['failed', 'cul8er plan shop'],
  ])('after %s: %s', (outcome, next) =>
    expect(toldOf(deployed(2, { current: current('deploy', 2) }), ended(outcome))?.next).toBe(next),
  )

  it.each([
    ['short', 'short'],
    ['x'.repeat(400), `${'x'.repeat(300)}…`],
    ['host 10.0.0.1 does not answer. Ask it.', 'host 10.0.0.1 does not answer.'],
  ])('a reason is a sentence: %s', (message, expected) => {
    const before = deployed(2, { current: current('deploy', 2) })
    expect(toldOf(before, ended('failed', { code: 'INCUS', message }))?.reason?.message).toBe(expected)
  })

  it('what the ledger began has nobody who asked', () => {
    const { by: _by, ...itself } = current('cleanup', 2, { automatic: true })
    expect(toldOf(deployed(2, { current: itself }), ended('failed'))).toMatchObject({ who: null, startedAt: AT })
  })

  it('a destroy tells of what it destroyed', () => {
    const before = shop(deployed(2, { current: current('destroy', 2) }))
    expect(toldOf(before, ended('succeeded'))).toMatchObject({ kind: 'destroy', versions: ['shop@1.0.0'] })
  })

  it('is nothing without an operation', () => expect(endedOperation(ledger(), ledger())).toBeNull())
})

describe('whose notifiers are told', () => {
  it.each<[OperationKind, number, number | null]>([
    ['deploy', 3, 3],
    ['deploy', 1, 1],
    ['rollback', 1, 3],
    ['restart', 1, 3],
    ['destroy', 2, 3],
  ])('%s to %i: those of %i', (kind, to, expected) =>
    expect(announcing(deployed(3, { current: current(kind, to) }))?.number).toBe(expected),
  )

  it.each<[string, LedgerState]>([
    ['no operation', ledger({ revisions: [revision(1)] })],
    ['no revision', ledger({ current: current('destroy', 1) })],
  ])('nobody: %s', (_, state) => expect(announcing(state)).toBeNull())
})
