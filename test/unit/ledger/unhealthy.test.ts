import { describe, expect, it } from 'vitest'
import type { LedgerState, Seen, Sick, UnhealthyRecord } from '../../../src/contracts/index.js'
import type { Unhealthy } from '../../../src/topology/model.js'
import {
  decide,
  judge,
  newlyTold,
  notBegun,
  pauseMs,
  unhealthyAfter,
  type Case,
} from '../../../workflows/ledger/unhealthy.js'
import { end } from '../../../workflows/ledger/end.js'
import { watchOf } from '../../../workflows/ledger/watched.js'
import { after, AT, deployed, ending, entry, MINUTE, revision, summary } from './ledgers.js'

const POLICY: Unhealthy = { restart: 3, withinMs: 10 * MINUTE, then: 'replace' }
const alert: Unhealthy = { ...POLICY, then: 'alert' }
const SECOND = 1_000

const record = (restarts: number, more: Partial<UnhealthyRecord> = {}): UnhealthyRecord => ({
  instance: 'shop-web-1',
  resource: 'web',
  reason: 'HTTP 500',
  at: after(-MINUTE),
  restarts: Array.from({ length: restarts }, (_, i) => after((i - restarts) * MINUTE)),
  ...(restarts === 0 ? {} : { triedAt: after(-MINUTE) }),
  ...more,
})

describe('what is done about an unhealthy instance', () => {
  const cases: [string, Partial<Case>, string][] = [
    ['the first time', {}, 'restart'],
    ['after one restart', { past: record(1) }, 'restart'],
    ['too early after one', { past: record(1, { triedAt: after(-4 * SECOND) }) }, `wait ${after(6 * SECOND)}`],
    ['later and later', { past: record(2, { triedAt: AT }) }, `wait ${after(20 * SECOND)}`],
    ['after the last', { past: record(3) }, 'replace'],
    ['after the last, too early', { past: record(3, { triedAt: AT }) }, `wait ${after(40 * SECOND)}`],
    ['after the last, with then: alert', { policy: alert, past: record(3, { triedAt: AT }) }, 'alert'],
    ['no restarts at all', { policy: { ...alert, restart: 0 } }, 'alert'],
    ['no restarts, but a replacement', { policy: { ...POLICY, restart: 0 } }, 'replace'],
    ['replaced before', { past: record(0, { replacedAt: after(-MINUTE) }) }, 'restart'],
    ['replaced before, and restarted since', { past: record(3, { replacedAt: after(-MINUTE) }) }, 'alert'],
    ['a person was told', { past: record(3, { toldAt: AT }) }, 'nothing'],
    ['many fail', { many: true }, 'restart'],
    [
      'many fail, and another was restarted',
      { many: true, others: [record(1, { triedAt: AT })] },
      `wait ${after(10 * SECOND)}`,
    ],
    ['others do not count where few fail', { others: [record(1, { triedAt: AT })] }, 'restart'],
    ['many fail, and nothing is replaced', { many: true, past: record(3) }, 'alert'],
    [
      'told while many failed, and they do still',
      { many: true, past: record(3, { toldAt: AT, many: true }) },
      'nothing',
    ],
    ['told while many failed, and few do now', { past: record(3, { toldAt: AT, many: true }) }, 'replace'],
  ]
  it.each(cases)('%s', (_what, more, expected) => {
    const decision = decide({ policy: POLICY, past: null, others: [], many: false, at: AT, ...more })
    expect('until' in decision ? `wait ${decision.until}` : decision.do).toBe(expected)
  })
})

it.each([
  [0, 0],
  [1, 10 * SECOND],
  [2, 20 * SECOND],
  [5, 150 * SECOND],
  [50, 150 * SECOND],
])('after %i restarts the next waits', (restarts, ms) => {
  expect(pauseMs(POLICY, restarts)).toBe(ms)
})

function watched(policy: Unhealthy | null = POLICY, more: Partial<LedgerState> = {}): LedgerState {
  const one = revision(1)
  const web = one.topology.resources.web
  if (web === undefined) throw new Error('no web')
  const healthcheck = {
    probe: { kind: 'tcp' as const, port: 80 },
    intervalMs: SECOND,
    timeoutMs: SECOND,
    retries: 3,
    errorLimit: 4,
    minHealthyMs: 0,
    deadlineMs: MINUTE,
    ...(policy === null ? {} : { unhealthy: policy }),
  }
  const topology = { ...one.topology, resources: { ...one.topology.resources, web: { ...web, healthcheck } } }
  return deployed(1, { revisions: [{ ...one, topology }], ...more })
}

const sick = (n: number, more: Partial<Sick> = {}): Sick => ({
  ...{ replica: `web/${n}`, instance: `shop-web-${n}`, resource: 'web', reason: 'HTTP 500', since: after(-3 * SECOND) },
  ...more,
})
const seen = (all: Sick[], live = 5, well: string[] = []): Seen => ({
  sick: all,
  well,
  resources: { web: { live, failing: all.length } },
})

describe('what follows from what a watch has seen', () => {
  it('one restart at a time, those with the fewest first', () => {
    const state = watched(POLICY, { unhealthy: { 'web/1': record(1) } })
    const { state: next, begin } = judge(state, seen([sick(1), sick(2)]), AT)
    expect(begin).toEqual({
      kind: 'restart',
      instance: 'shop-web-2',
      reason: 'shop-web-2 was unhealthy: HTTP 500, restart 1 of 3 within 10 m',
    })
    expect(next.unhealthy).toMatchObject({ 'web/1': { restarts: [{}] }, 'web/2': { restarts: [AT], operation: 2 } })
  })

  it('without a host that a failover has left out: it would be waited for in vain', () => {
    const { begin } = judge(watched(POLICY, { failover: { without: ['two'] } }), seen([sick(1)]), AT)
    expect(begin).toMatchObject({ kind: 'restart', instance: 'shop-web-1', without: ['two'] })
  })

  it('says that a dependency may be down', () => {
    const { begin } = judge(watched(), seen([sick(1), sick(2)], 3), AT)
    expect(begin?.reason).toContain('2 of 3 instances of web are unhealthy, so one at a time: a dependency may be down')
  })

  it('a lonely instance is not many', () => {
    const { begin } = judge(watched(POLICY, { unhealthy: { 'web/1': record(3) } }), seen([sick(1)], 1), AT)
    expect(begin).toMatchObject({
      kind: 'replace',
      reason: 'shop-web-1 was unhealthy: HTTP 500, replaced after 3 restarts within 10 m',
    })
  })

  it.each([
    ['long enough: forgotten', 11, 1],
    ['not long enough', 9, 4],
  ])('was healthy %s', (_what, minutes, count) => {
    const unhealthy = { 'web/1': record(3, { wellSince: after(-minutes * MINUTE), triedAt: after(-minutes * MINUTE) }) }
    const policy = { ...POLICY, restart: 9 }
    const { state, begin } = judge(watched(policy, { unhealthy }), seen([sick(1)]), AT)
    expect(begin?.reason).toContain(`restart ${count} of 9`)
    expect(state.unhealthy?.['web/1']?.restarts).toHaveLength(count)
  })

  it('tells once, and the ledger without records is as it was', () => {
    const state = watched(alert, { unhealthy: { 'web/1': record(3) } })
    const { state: told, begin } = judge(state, seen([sick(1)]), AT)
    expect(begin).toBeNull()
    expect(newlyTold(state, told)).toEqual([
      { event: 'unhealthy', topology: 'shop', instance: 'shop-web-1', reason: 'HTTP 500', at: AT },
    ])
    const again = judge(told, seen([sick(1)]), after(MINUTE)).state
    expect(newlyTold(told, again)).toEqual([])
    const well = judge(again, seen([], 5, ['web/1']), after(2 * MINUTE)).state
    expect(well.unhealthy?.['web/1']).toMatchObject({ wellSince: after(2 * MINUTE) })
    expect(judge(well, seen([]), after(13 * MINUTE)).state).toEqual(watched(alert))
  })

  it('one out of rotation that is healthy again is brought back by a restart, not for ever', () => {
    const unhealthy = { 'web/1': record(1) }
    const more = { dirty: ['shop-web-1'], unhealthy }
    expect(judge(watched(POLICY, more), seen([], 5, ['web/1']), AT).begin).toMatchObject({ kind: 'restart' })
    const tired = { ...more, unhealthy: { 'web/1': record(4) } }
    expect(judge(watched(POLICY, tired), seen([], 5, ['web/1']), AT).begin).toBeNull()
  })

  it('what could not be begun is not counted', () => {
    const { state } = judge(watched(), seen([sick(1)]), AT)
    expect(notBegun(state, 'restart', after(MINUTE)).unhealthy).toEqual({
      'web/1': {
        instance: 'shop-web-1',
        resource: 'web',
        reason: 'HTTP 500',
        at: AT,
        restarts: [],
        notBefore: after(MINUTE),
      },
    })
  })
})

describe('what could not be begun, or not be decided for good', () => {
  it('a replacement that could not be begun takes no restart back', () => {
    const { state, begin } = judge(watched(POLICY, { unhealthy: { 'web/1': record(3) } }), seen([sick(1)]), AT)
    expect(begin?.kind).toBe('replace')
    const later = notBegun(state, 'replace', after(MINUTE))
    expect(later.unhealthy?.['web/1']?.restarts).toHaveLength(3)
    expect(judge(later, seen([sick(1)]), after(MINUTE)).begin?.kind).toBe('replace')
  })

  it('one that is given up because many fail is looked at again, and replaced once few do', () => {
    const { state: told } = judge(
      watched(POLICY, { unhealthy: { 'web/1': record(3) } }),
      seen([sick(1), sick(2)], 3),
      AT,
    )
    expect(told.unhealthy?.['web/1']).toMatchObject({ toldAt: AT, many: true })
    expect(watchOf(told)?.known['web/1']).toBe(after(2.5 * MINUTE))
    const still = judge(told, seen([sick(1), sick(2)], 3), after(3 * MINUTE)).state
    expect(watchOf(still)?.known['web/1']).toBe(after(5.5 * MINUTE))
    expect(judge(told, seen([sick(1)]), after(3 * MINUTE)).begin).toMatchObject({ kind: 'replace' })
  })

  it('a person is told once, though many failed at first and few do now', () => {
    const many = watched(alert, {
      unhealthy: { 'web/1': record(3, { toldAt: after(-MINUTE), many: true }) },
    })
    expect(watchOf(many)?.known).toEqual({ 'web/1': null })
    const { state: few } = judge(many, seen([sick(1)]), AT)
    expect(newlyTold(many, few)).toEqual([])
    expect(few.unhealthy?.['web/1']?.many).toBeUndefined()
  })
})

describe('after an operation', () => {
  const unhealthy = { 'web/1': record(1, { operation: 7 }), 'web/2': record(2, { instance: 'shop-web-2' }) }
  it.each<[string, ReturnType<typeof summary>, ReturnType<typeof ending>, object | undefined]>([
    ['that restarted it', summary('restart'), ending('succeeded'), { 'web/1': { triedAt: AT, wellSince: AT } }],
    ['that failed', summary('restart'), ending('held'), { 'web/1': { triedAt: AT } }],
    ['that replaced it', summary('replace'), ending('succeeded'), { 'web/1': { replacedAt: AT, restarts: [] } }],
    [
      'that could not',
      summary('replace'),
      ending('failed'),
      { 'web/1': { toldAt: AT, reason: 'HTTP 500; it could not be replaced' } },
    ],
    ['that brought a revision', summary('deploy'), ending('succeeded'), undefined],
    ['that came to nothing', summary('deploy'), ending('rolledBack'), { 'web/2': { restarts: [{}, {}] } }],
  ])('%s', (_what, current, end, expected) => {
    const records = unhealthyAfter({ unhealthy }, current, end, AT)
    if (expected === undefined) expect(records).toBeUndefined()
    else expect(records).toMatchObject(expected)
    expect(records?.['web/1']?.operation).toBeUndefined()
  })

  it('of a person on the same instance: it begins anew', () => {
    const by = ending('succeeded', { restarted: ['shop-web-2'] })
    expect(Object.keys(unhealthyAfter({ unhealthy }, summary('restart', { number: 9 }), by, AT) ?? {})).toEqual([
      'web/1',
    ])
  })

  it('that was aborted by a person: it is not tried again', () => {
    const aborted = ending('rolledBack')
    aborted.result.error = { code: 'ABORTED', message: 'aborted' }
    expect(unhealthyAfter({ unhealthy }, summary('restart'), aborted, AT)?.['web/1']).toMatchObject({ toldAt: AT })
  })
})

describe('what no restart makes whole any more', () => {
  const one = 'shop-web-1'
  const current = { ...summary('restart'), automatic: true as const }
  const held = ending('held', { dirty: [one] })

  it('is told of, where an earlier operation left something that is not known', () => {
    const history = [entry('deploy', 1), entry('cleanup', 1, 'needsAttention')]
    const state = watched(POLICY, { current, history, unhealthy: { 'web/1': record(1, { operation: 7 }) } })
    const after = end(state, held, AT)
    expect(watchOf(after)?.dirty).toEqual([one])
    expect(newlyTold(state, after)).toMatchObject([{ event: 'unhealthy', instance: one, at: AT }])
  })

  it('is told of, where another one could not be replaced', () => {
    const unhealthy = { 'web/1': record(1), 'web/2': record(3, { instance: 'shop-web-2', operation: 7 }) }
    const history = [entry('deploy', 1), entry('restart', 1, 'held')]
    const state = watched(POLICY, { current: summary('replace'), dirty: [one], history, unhealthy })
    const told = newlyTold(state, end(state, ending('held', { dirty: ['shop-web-2'] }), AT))
    expect(told.map(({ instance }) => instance)).toEqual([one, 'shop-web-2'])
  })

  it('is tried again without a word, where only restarts failed', () => {
    const state = watched(POLICY, { current, unhealthy: { 'web/1': record(1, { operation: 7 }) } })
    const after = end(state, held, AT)
    expect(newlyTold(state, after)).toEqual([])
    expect(watchOf(after)?.dirty).toEqual([])
  })
})

describe('what is watched', () => {
  const held = [entry('deploy', 1), entry('deploy', 2, 'held')]
  const restartHeld = [entry('deploy', 1), entry('restart', 1, 'held')]
  it.each<[string, LedgerState, object | null]>([
    ['a stable revision with a policy', watched(), { topology: 'shop', dirty: [], known: {} }],
    ['none without one', watched(null), null],
    [
      'not what hosts that are left out still have, by the names of what took its place',
      watched(POLICY, { failover: { without: ['two'], refused: ['two'] } }),
      { without: ['two'] },
    ],
    ['not while an operation runs', watched(POLICY, { current: summary('deploy') }), null],
    ['nothing before the first deploy', watched(POLICY, { stable: null }), null],
    ['not what is held', watched(POLICY, { history: held, dirty: ['shop-web-1'] }), null],
    [
      'after a deploy that was undone',
      watched(POLICY, { history: [entry('deploy', 1), entry('deploy', 2, 'rolledBack')] }),
      {},
    ],
    [
      'not what a destroy that was lost has not removed yet',
      watched(POLICY, { history: [entry('deploy', 1), entry('destroy', 1, 'needsAttention')], dirty: ['operation 2'] }),
      null,
    ],
    [
      'after a destroy that removed nothing',
      watched(POLICY, { history: [entry('deploy', 1), entry('destroy', 1, 'failed')] }),
      {},
    ],
    [
      'not what is held, though a destroy of it failed',
      watched(POLICY, { history: [...held, entry('destroy', 1, 'failed')] }),
      null,
    ],
    ['not what a restart of a person left', watched(POLICY, { history: restartHeld, dirty: ['a'] }), { dirty: ['a'] }],
    [
      'what a restart of the policy left',
      watched(POLICY, { history: restartHeld, dirty: ['shop-web-1'], unhealthy: { 'web/1': record(1) } }),
      { dirty: [], known: { 'web/1': after(-MINUTE) } },
    ],
    [
      'what is known waits, and what was told of waits until it is healthy',
      watched(POLICY, {
        unhealthy: {
          'web/1': record(1, { notBefore: after(9) }),
          'web/2': record(3, { toldAt: AT }),
          'web/3': record(3, { wellSince: AT }),
        },
      }),
      { known: { 'web/1': after(9), 'web/2': null } },
    ],
  ])('%s', (_what, state, expected) => {
    const input = watchOf(state)
    if (expected === null) expect(input).toBeNull()
    else expect(input).toMatchObject(expected)
  })
})
