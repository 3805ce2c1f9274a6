import { describe, expect, it } from 'vitest'
import type { Revision } from '../../../src/plan/model.js'
import {
  begin,
  dueNow,
  emptyLedger,
  end,
  postponed,
  refusal,
  RETRY_DUE_MS,
  targetOf,
} from '../../../workflows/ledger/state.js'
import { detailsOf } from '../../../workflows/ledger/details.js'
import type {
  HistoryEntry,
  LedgerState,
  OperationKind,
  OperationRequest,
  Outcome,
} from '../../../src/contracts/index.js'
import type { OperationEnd } from '../../../src/contracts/index.js'
import { revisionOf, web } from '../plan/world.js'

const AT = '2026-03-01T12:00:00.000Z'
const after = (ms: number): string => new Date(Date.parse(AT) + ms).toISOString()

const revision = (number: number, digest = `d${number}`): Revision => ({ ...revisionOf(web()), number, digest })
const wanted = (digest: string): OperationRequest['revision'] => {
  const { number: _number, ...rest } = revision(0, digest)
  return rest
}
const request = (kind: OperationKind, more: Partial<OperationRequest> = {}): OperationRequest => ({
  kind,
  requestId: 'r',
  ...more,
})
const entry = (kind: OperationKind, number: number, outcome: Outcome = 'succeeded'): HistoryEntry => ({
  operation: 'op-1',
  number: 1,
  kind,
  outcome,
  revision: number,
  startedAt: AT,
  endedAt: AT,
})
const ledger = (over: Partial<LedgerState> = {}): LedgerState => ({ ...emptyLedger('shop'), ...over })
/** Revisions 1 to `n` deployed well. */
const deployed = (n: number, over: Partial<LedgerState> = {}): LedgerState =>
  ledger({
    desired: n,
    attempted: n,
    stable: n,
    lastOperation: n,
    revisions: Array.from({ length: n }, (_, i) => revision(i + 1)),
    history: Array.from({ length: n }, (_, i) => entry('deploy', i + 1)),
    ...over,
  })
const summary = (kind: OperationKind, number = 7): NonNullable<LedgerState['current']> => ({
  id: `op-${number}`,
  number,
  workflowId: `topology/shop/op/${number}`,
  kind,
  step: 'starting',
  startedAt: AT,
})
const ending = (outcome: Outcome, more: Partial<OperationEnd> = {}): OperationEnd => ({
  result: { topology: 'shop', operation: 'op-7', outcome, revision: 2, durationMs: 1, steps: [] },
  dirty: [],
  ...more,
})

describe('what is refused', () => {
  it.each<[string, LedgerState, OperationRequest, string | null]>([
    ['the first deploy', ledger(), request('deploy', { revision: wanted('d1') }), null],
    ['a deploy without a revision', ledger(), request('deploy'), 'USAGE: a deploy needs a revision'],
    ['a rollback of nothing', ledger(), request('rollback'), 'UNKNOWN_TOPOLOGY: nothing of shop is deployed'],
    ['a destroy of nothing', ledger(), request('destroy'), 'UNKNOWN_TOPOLOGY: nothing of shop is deployed'],
    ['a restore of nothing', ledger(), request('restore'), 'UNKNOWN_TOPOLOGY: nothing of shop is deployed'],
    ['a rollback', deployed(2), request('rollback'), null],
    [
      'a rollback of the first',
      deployed(1),
      request('rollback'),
      'UNKNOWN_REVISION: shop has no stable revision to go back to',
    ],
    [
      'a rollback to what is not kept',
      deployed(3),
      request('rollback', { to: 9 }),
      'UNKNOWN_REVISION: revision 9 of shop is not kept',
    ],
    [
      'a second operation',
      deployed(1, { current: summary('deploy') }),
      request('deploy', { revision: wanted('x') }),
      'OPERATION_IN_PROGRESS: deploy of shop (op-7) is in progress for 65 s',
    ],
    [
      'nothing, while something is tidied: that takes seconds',
      deployed(1, { current: summary('cleanup') }),
      request('destroy'),
      null,
    ],
  ])('%s', (_what, state, asked, expected) => {
    const report = refusal(state, asked, Date.parse(AT) + 65_000)
    expect(report && `${report.code}: ${report.message}`).toBe(expected)
  })

  it('says what to do, and what is in progress', () => {
    const busy = refusal(deployed(1, { current: summary('deploy') }), request('destroy'), Date.parse(AT))
    expect(busy).toMatchObject({
      hint: expect.stringContaining('abort') as string,
      details: { operation: 'op-7', workflowId: 'topology/shop/op/7', step: 'starting', startedAt: AT },
    })
    expect(refusal(deployed(3), request('rollback', { to: 9 }), 0)?.hint).toBe('kept are 1, 2, 3')
  })
})

describe('where a request leads', () => {
  it.each<[string, LedgerState, OperationRequest, number | null]>([
    ['the first deploy', ledger(), request('deploy', { revision: wanted('d1') }), 1],
    ['the next', deployed(3), request('deploy', { revision: wanted('new') }), 4],
    ['what is desired already: no new one', deployed(3), request('deploy', { revision: wanted('d3') }), 3],
    ['what was deployed before: a new one', deployed(3), request('deploy', { revision: wanted('d1') }), 4],
    ['back', deployed(3), request('rollback'), 2],
    ['back to a named one', deployed(3), request('rollback', { to: 1 }), 1],
    ['back, after a failed attempt', deployed(2, { desired: 3 }), request('rollback'), 2],
    ['a restore stays', deployed(3), request('restore'), 3],
    ['a destroy before anything was stable', ledger({ desired: 1 }), request('destroy'), 1],
    [
      'back, not to what was stable before a destroy',
      deployed(1, {
        stable: 2,
        desired: 2,
        history: [entry('deploy', 1), entry('destroy', 1), entry('deploy', 1, 'rolledBack'), entry('deploy', 2)],
      }),
      request('rollback'),
      null,
    ],
    [
      'back, whatever a destroy that failed says',
      deployed(2, { history: [entry('deploy', 1), entry('destroy', 1, 'needsAttention'), entry('deploy', 2)] }),
      request('rollback'),
      1,
    ],
  ])('%s', (_what, state, asked, expected) => {
    expect(targetOf(state, asked)).toBe(expected)
  })
})

describe('an operation begins', () => {
  const numbers = (state: LedgerState): number[] => state.revisions.map((r) => r.number)

  it('a deploy: attempted and desired, not stable', () => {
    const state = begin(deployed(2), request('deploy', { revision: wanted('d3') }), summary('deploy'), 3)
    expect(state).toMatchObject({ desired: 3, attempted: 3, stable: 2, lastOperation: 7, current: { id: 'op-7' } })
    expect(numbers(state)).toEqual([1, 2, 3])
    expect(state.revisions.at(-1)).toMatchObject({ number: 3, digest: 'd3' })
  })

  it('the same declaration again: no new revision, but secrets as they were sealed last', () => {
    const sealed = { 'web/KEY': { box: 'new', digest: 'k' } }
    const again = { ...revision(0, 'd2'), sealed, createdAt: AT }
    const state = begin(deployed(2), request('deploy', { revision: again }), summary('deploy'), 2)
    expect(numbers(state)).toEqual([1, 2])
    expect(state.revisions.at(-1)).toMatchObject({ number: 2, sealed, createdAt: '2026-01-01T00:00:00.000Z' })
  })

  it.each<[OperationKind, number, Partial<LedgerState>]>([
    ['rollback', 1, { desired: 1, attempted: 1, stable: 2 }],
    ['restore', 2, { desired: 2, attempted: 2, stable: 2 }],
    ['destroy', 2, { desired: 2, attempted: 2, stable: 2 }],
    ['cleanup', 2, { desired: 2, attempted: 2, stable: 2 }],
  ])('a %s', (kind, target, expected) => {
    const state = begin(deployed(2), request(kind), summary(kind), target)
    expect(state).toMatchObject(expected)
    expect(numbers(state)).toEqual([1, 2])
  })

  it('keeps what is stable and what is desired, however old', () => {
    const old = { ...deployed(30), desired: 1, stable: 2 }
    expect(numbers(begin(old, request('cleanup'), summary('cleanup'), 2)).slice(0, 3)).toEqual([1, 2, 11])
  })
})

describe('an operation ends', () => {
  const running = (kind: OperationKind, over: Partial<LedgerState> = {}): LedgerState =>
    deployed(2, { stable: 1, current: summary(kind), lastOperation: 7, ...over })
  const ended = (kind: OperationKind, over: Partial<LedgerState>, how: OperationEnd) =>
    end(running(kind, over), { kind }, how, AT)

  it.each<[OperationKind, Outcome, number]>([
    ['deploy', 'succeeded', 2],
    ['rollback', 'succeeded', 2],
    ['deploy', 'rolledBack', 1],
    ['deploy', 'held', 1],
    ['deploy', 'needsAttention', 1],
    ['deploy', 'failed', 1],
    ['restore', 'succeeded', 1],
    ['cleanup', 'succeeded', 1],
  ])('%s %s: revision %i is stable', (kind, outcome, stable) => {
    const state = ended(kind, {}, ending(outcome))
    expect(state).toMatchObject({ stable, desired: 2, current: null })
    expect(state.history.at(-1)).toEqual({
      operation: 'op-7',
      number: 7,
      kind,
      outcome,
      revision: 2,
      startedAt: AT,
      endedAt: AT,
    })
  })

  it.each<[OperationKind, Outcome, string[]]>([
    ['deploy', 'succeeded', []],
    ['rollback', 'succeeded', []],
    ['deploy', 'held', ['before', 'now']],
    ['deploy', 'needsAttention', ['before', 'now']],
    ['deploy', 'rolledBack', ['before']],
    ['deploy', 'failed', ['before']],
    ['restore', 'succeeded', ['before']],
    ['cleanup', 'succeeded', ['before']],
    ['restore', 'needsAttention', ['before', 'now']],
  ])('%s %s: half done is %j', (kind, outcome, expected) => {
    const half = { dirty: ['before'] }
    expect(ended(kind, half, ending(outcome, { dirty: ['now'] })).dirty).toEqual(expected)
  })

  const standby = { names: ['blue-1', 'blue-2'], until: after(60_000) }
  it.each<[string, OperationKind, OperationEnd, LedgerState['standby']]>([
    [
      'a new set: the old one',
      'deploy',
      ending('succeeded', { standby: { names: ['green-1'], keepMs: 5_000 } }),
      { names: ['green-1'], until: after(5_000) },
    ],
    ['nothing changed: as before', 'deploy', ending('succeeded', { stays: ['blue-1', 'blue-2'] }), standby],
    [
      "another resource's set: both",
      'deploy',
      ending('succeeded', { stays: ['blue-1'], standby: { names: ['green-9'], keepMs: 5_000 } }),
      { names: ['blue-1', 'green-9'], until: after(5_000) },
    ],
    ['it came back: nothing', 'rollback', ending('succeeded', { stays: [] }), null],
    ['what stays was never kept: nothing', 'deploy', ending('succeeded', { stays: ['other'] }), null],
    ['undone: as before', 'deploy', ending('rolledBack', { stays: [] }), standby],
    ['held: as before', 'deploy', ending('held'), standby],
    ['a restore: as before', 'restore', ending('succeeded'), standby],
    ['tidied: nothing', 'cleanup', ending('succeeded'), null],
    ['not tidied: later', 'cleanup', ending('needsAttention'), { ...standby, until: after(RETRY_DUE_MS) }],
  ])('what is kept after %s', (_what, kind, how, expected) => {
    expect(ended(kind, { standby }, how).standby).toEqual(expected)
  })

  it.each<[string, OperationKind, Outcome, string | null]>([
    ['begins with a deploy', 'deploy', 'succeeded', after(3_600_000)],
    ['is as it was after one that failed', 'deploy', 'rolledBack', 'before'],
    ['is as it was after a restore', 'restore', 'succeeded', 'before'],
  ])('the time of a topology %s', (_what, kind, outcome, expected) => {
    const timed = revisionOf(web({}, { ttl: '1h' }), { number: 2 })
    expect(ended(kind, { revisions: [timed], expiresAt: 'before' }, ending(outcome)).expiresAt).toBe(expected)
  })

  it('a destroy forgets all but the history and the count', () => {
    const over: Partial<LedgerState> = { standby, dirty: ['a'], expiresAt: AT }
    expect(ended('destroy', over, ending('succeeded'))).toEqual({
      ...emptyLedger('shop'),
      lastOperation: 7,
      history: [entry('deploy', 1), entry('deploy', 2), { ...entry('destroy', 2), operation: 'op-7', number: 7 }],
    })
    expect(ended('destroy', over, ending('needsAttention'))).toMatchObject({ ...over, stable: 1, desired: 2 })
  })

  it('keeps the error with the outcome, and 50 outcomes', () => {
    const error = { code: 'UNHEALTHY' as const, message: 'no' }
    const base = ending('rolledBack')
    const state = ended(
      'deploy',
      { history: Array.from({ length: 50 }, () => entry('deploy', 1)) },
      { ...base, result: { ...base.result, error } },
    )
    expect(state.history).toHaveLength(50)
    expect(state.history.at(-1)?.error).toEqual(error)
  })
})

describe('what time brings', () => {
  const now = Date.parse(AT)
  const past = after(-1)
  const set = (until: string) => ({ names: ['a'], until })
  it.each<[string, LedgerState, 'cleanup' | 'destroy' | null]>([
    ['nothing kept, no end', deployed(1), null],
    ['not yet', deployed(1, { standby: set(after(1)), expiresAt: after(1) }), null],
    ['the kept set', deployed(1, { standby: set(past) }), 'cleanup'],
    ['the end', deployed(1, { expiresAt: AT }), 'destroy'],
    ['both: tidying first', deployed(1, { standby: set(past), expiresAt: past }), 'cleanup'],
    ['the end of nothing', ledger({ expiresAt: past }), null],
  ])('%s', (_what, state, expected) => {
    expect(dueNow(state, now)).toBe(expected)
  })

  it.each(['cleanup', 'destroy'] as const)('a %s that failed is due again, and not at once', (due) => {
    const state = postponed(deployed(1, { standby: set(past), expiresAt: due === 'cleanup' ? null : past }), due, AT)
    const others = due === 'cleanup' ? state : { ...state, standby: null }
    expect(dueNow(others, now + RETRY_DUE_MS - 1)).toBeNull()
    expect(dueNow(others, now + RETRY_DUE_MS)).toBe(due)
  })
})

it('a person sees it in a few lines', () => {
  const error = { code: 'UNHEALTHY' as const, message: 'HTTP 500' }
  const state = deployed(1, {
    current: summary('deploy'),
    expiresAt: after(0),
    history: [entry('deploy', 1), { ...entry('deploy', 2, 'rolledBack'), operation: 'op-2', error }],
  })
  expect(detailsOf(state).split('\n')).toEqual([
    '### shop',
    'desired revision 1, attempted 1, stable 1',
    `in progress: deploy (topology/shop/op/7) since ${AT}`,
    `destroyed by itself at ${AT}`,
    '',
    '- op-1 deploy to 1: succeeded',
    '- op-2 deploy to 2: rolledBack: HTTP 500',
  ])
  expect(detailsOf(ledger())).toContain('desired revision none, attempted none, stable none\nno operation in progress')
})
