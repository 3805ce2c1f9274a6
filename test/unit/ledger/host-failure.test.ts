import { describe, expect, it } from 'vitest'
import type { HostRecord, LedgerState } from '../../../src/contracts/index.js'
import {
  brakeOn,
  failoverAfter,
  failoverAt,
  failoverNow,
  hostEvents,
  hostsAfter,
  hostWatchOf,
  lookedAway,
  outOfReach,
  retryMs,
  withBehind,
  withHosts,
} from '../../../workflows/ledger/host-failure.js'
import { emptyLedger } from '../../../workflows/ledger/state.js'

const AT = '2026-01-01T00:00:00.000Z'
const NOW = Date.parse(AT)

/** `a+ b? c!`: alive, suspected, dead. */
function hosts(words: string): Record<string, HostRecord> {
  const states = { '+': 'alive', '?': 'suspected', '!': 'dead' } as const
  return Object.fromEntries(
    words
      .split(' ')
      .map((word) => [
        word.slice(0, -1),
        { state: states[word.slice(-1) as keyof typeof states], since: AT, lookedAt: AT },
      ]),
  )
}

function ledger(words: string, over: Partial<LedgerState> = {}): LedgerState {
  const known = hosts(words)
  const topology = {
    hosts: Object.fromEntries(Object.keys(known).map((name) => [name, { address: name }])),
    failover: { afterMs: 20_000 },
    resources: {},
  }
  const revisions = [{ number: 1, topology }] as unknown as LedgerState['revisions']
  return { ...emptyLedger('shop'), stable: 1, desired: 1, revisions, hosts: known, ...over }
}

const secondsAgo = (seconds: number): string => new Date(NOW - seconds * 1_000).toISOString()

const LEFT_B: Partial<LedgerState> = { failover: { without: ['b'] } }

/** Something had no room, and is tried again in so many seconds. */
const noRoom = (seconds: number): Partial<LedgerState> => ({
  failover: { without: ['b'], noRoom: { instances: ['web-2'], times: 1, notBefore: secondsAgo(-seconds) } },
})

/** `b` came and went too often, and has to be quiet for so many seconds more. */
const quiet = (seconds: number): Partial<LedgerState> => ({
  flapping: { b: { penalty: 3_000, at: AT, quietUntil: secondsAgo(-seconds) } },
})

function withSilence(state: LedgerState, host: string): LedgerState {
  const record = state.hosts?.[host]
  if (record !== undefined) record.silentSince = secondsAgo(3)
  return state
}

describe('what is moved', () => {
  it.each<[string, LedgerState, string[] | null]>([
    ['nothing while all are alive', ledger('a+ b+ c+'), null],
    ['nothing of one that is only suspected', ledger('a+ b? c+'), null],
    ['what was on a dead one', ledger('a+ b! c+'), ['b']],
    ['nothing twice', ledger('a+ b! c+', { failover: { without: ['b'] } }), null],
    [
      'of a second one, still without the first',
      ledger('a+ b! c+ d! e+', { failover: { without: ['b'] } }),
      ['b', 'd'],
    ],
    ['back, where a host is', ledger('a+ b+ c+', { failover: { without: ['b'] } }), []],
    ['not back yet, where a host is silent again', ledger('a+ b? c+', { failover: { without: ['b'] } }), null],
    ['one back and one gone', ledger('a+ b+ c+ d! e+', { failover: { without: ['b'] } }), ['d']],
    ['one of two', ledger('a+ b!'), ['b']],
    ['nothing where most are gone', ledger('a+ b! c!'), null],
    ['nothing where most are gone or suspected', ledger('a+ b! c?'), null],
    ['nothing where all are gone', ledger('a!'), null],
    ['nothing where one is dead and another has begun to be silent', withSilence(ledger('a+ b! c+'), 'c'), null],
    [
      'nothing right after another came back: this one may be about to',
      ledger('a+ b! c+', { hostChanges: [{ host: 'c', from: 'dead', to: 'alive', at: secondsAgo(9) }] }),
      null,
    ],
    [
      'what stayed dead when others came back',
      ledger('a+ b! c+', { hostChanges: [{ host: 'c', from: 'dead', to: 'alive', at: secondsAgo(10) }] }),
      ['b'],
    ],
    ['one back and two gone', ledger('a+ b! c! d+', { failover: { without: ['a'] } }), ['b', 'c']],
    ['not back, where most are gone', ledger('a+ b! c!', { failover: { without: ['a'] } }), null],
    ['nothing of a topology without a stable revision', ledger('a+ b! c+', { stable: null }), null],
    [
      'nothing before it is time to try again',
      ledger('a+ b! c+', { failover: { without: [], times: 1, notBefore: '2026-01-01T00:00:01.000Z' } }),
      null,
    ],
    ['again, once it is time', ledger('a+ b! c+', { failover: { without: [], times: 1, notBefore: AT } }), ['b']],
    ['what an undo left on a host that is there', ledger('a+ b+ c+', { failover: { without: [], behind: ['b'] } }), []],
    ['nothing of that while it is silent', ledger('a+ b? c+', { failover: { without: [], behind: ['b'] } }), null],
    ['nothing before what had no room is tried again', ledger('a+ b! c+', noRoom(1)), null],
    ['again what had no room', ledger('a+ b! c+', noRoom(0)), ['b']],
    ['nothing of that where its host is silent, but not dead', ledger('a+ b? c?', noRoom(0)), null],
    ['back, where the host is, whatever had no room', ledger('a+ b+ c+', noRoom(1)), []],
    [
      'not back where data would be lost, but what is gone',
      ledger('a+ b+ c! d+', { failover: { without: ['b'], refused: ['b'] } }),
      ['b', 'c'],
    ],
    ['not back where data would be lost', ledger('a+ b+ c+', { failover: { without: ['b'], refused: ['b'] } }), null],
    ['not back before a restless one was quiet', ledger('a+ b+ c+', { ...LEFT_B, ...quiet(1) }), null],
    ['back, once it was', ledger('a+ b+ c+', { ...LEFT_B, ...quiet(0) }), []],
    ['what was on a restless one that is taken for dead', ledger('a+ b! c+', quiet(1)), ['b']],
    [
      'nothing while a person has to decide',
      ledger('a+ b! c+', {
        history: [{ kind: 'deploy', outcome: 'held', revision: 2 }] as LedgerState['history'],
      }),
      null,
    ],
  ])('%s', (_, state, expected) => {
    expect(failoverNow(state, NOW)?.without ?? null).toEqual(expected)
  })

  it('nothing without a policy, and nothing is watched', () => {
    const state = ledger('a+ b! c+')
    delete state.revisions[0]?.topology.failover
    expect([failoverNow(state, NOW), hostWatchOf(state)]).toEqual([null, null])
  })

  it('is said with its reason', () => {
    const state = ledger('a+ b! c+')
    const b = state.hosts?.b
    if (b !== undefined) Object.assign(b, { silentSince: AT, cause: 'no route to host' })
    expect(failoverNow(state, NOW)?.reason).toBe(`host b gave no sign since ${AT}: no route to host`)
    expect(failoverNow(ledger('a+ b+', { failover: { without: ['b'] } }), NOW)?.reason).toMatch(/^host b is back/)
  })

  it('the brake says why', () => {
    const state = ledger('a+ b! c!')
    expect(brakeOn(state, state.revisions[0] as never)).toBe(
      '2 of 3 hosts gave no sign: taken for a partition, nothing is moved',
    )
  })
})

describe('after a failover', () => {
  it.each([
    ['a success without a host', {}, { without: ['b'], succeeded: true }, { without: ['b'] }],
    ['a success with all', { failover: { without: ['b'] } }, { without: [], succeeded: true }, undefined],
    [
      'a failure',
      {},
      { without: ['b'], succeeded: false },
      { without: [], times: 1, notBefore: '2026-01-01T00:00:10.000Z' },
    ],
    [
      'a third failure',
      { failover: { without: ['a'], times: 2 } },
      { without: ['a', 'b'], succeeded: false },
      { without: ['a'], times: 3, notBefore: '2026-01-01T00:00:40.000Z' },
    ],
    [
      'a success with something that has no room',
      {},
      { without: ['b'], succeeded: true, noRoom: ['web-2'] },
      { without: ['b'], noRoom: { instances: ['web-2'], times: 1, notBefore: '2026-01-01T00:00:10.000Z' } },
    ],
    [
      'still no room: only that waits longer',
      noRoom(0),
      { without: ['b'], succeeded: false, code: 'NO_ROOM' as const },
      { without: ['b'], noRoom: { instances: ['web-2'], times: 2, notBefore: '2026-01-01T00:00:20.000Z' } },
    ],
    [
      'a host that is back and would lose data is not tried again',
      { failover: { without: ['b', 'c'] } },
      { without: ['c'], succeeded: false, code: 'DATA_LOSS' as const },
      { without: ['b', 'c'], refused: ['b'] },
    ],
    [
      'one that is refused stays so while others go and come',
      { failover: { without: ['b'], refused: ['b'] } },
      { without: ['b', 'c'], succeeded: true },
      { without: ['b', 'c'], refused: ['b'] },
    ],
    [
      'what an undo left is not forgotten by a failure',
      { failover: { without: [], behind: ['b'] } },
      { without: [], succeeded: false },
      { without: [], behind: ['b'], times: 1, notBefore: '2026-01-01T00:00:10.000Z' },
    ],
    [
      'one that somebody aborted waits for long',
      {},
      { without: ['b'], succeeded: false, code: 'ABORTED' as const },
      { without: [], times: 1, notBefore: '2026-01-01T00:10:00.000Z' },
    ],
  ])('%s', (_, state, how, expected) => {
    expect(failoverAfter(state, how, AT)).toEqual(expected)
  })

  it('what an operation left on silent hosts is kept until they are back', () => {
    expect(withBehind(undefined, [])).toBeUndefined()
    expect(withBehind({ without: ['a'], behind: ['c'] }, ['b', 'c'])).toEqual({ without: ['a'], behind: ['b', 'c'] })
  })

  it.each<[string, LedgerState, number]>([
    ['nothing waits', ledger('a+ b+'), Infinity],
    ['what had no room', ledger('a+ b!', noRoom(7)), 7],
    ['a restless host that is left out', ledger('a+ b+', { ...LEFT_B, ...quiet(9) }), 9],
    ['a restless host that takes part', ledger('a+ b+', quiet(9)), Infinity],
  ])('the ledger wakes for it: %s', (_, state, seconds) => {
    expect(failoverAt(state, NOW)).toBe(seconds === Infinity ? Infinity : NOW + seconds * 1_000)
  })

  it('pauses double, to ten minutes at most', () => {
    expect([1, 2, 3, 6, 7, 20].map(retryMs)).toEqual([10_000, 20_000, 40_000, 320_000, 600_000, 600_000])
  })
})

it.each<[string, LedgerState, string[]]>([
  ['none, while all are there', ledger('a+ b? c+'), []],
  ['a dead one, also before it is moved', ledger('a+ b! c+'), ['b']],
  ['one that is left out', ledger('a+ b+ c!', LEFT_B), ['b', 'c']],
  ['none where all are gone: it would find nothing to do', ledger('a! b!'), []],
])('an operation of the ledger leaves out %s', (_, state, expected) => {
  expect(outOfReach(state)).toEqual(expected)
})

it.each([
  ['alive', 'suspected', []],
  ['suspected', 'alive', []],
  ['suspected', 'dead', ['hostDead b no route']],
  ['dead', 'alive', ['hostAlive b null']],
] as const)('from %s to %s, somebody hears of %j', (from, to, expected) => {
  const cause = to === 'alive' ? {} : { cause: 'no route' }
  const events = hostEvents('shop', { hosts: {}, changes: [{ host: 'b', from, to, at: AT, ...cause }] })
  expect(events.map(({ event, host, reason }) => `${event} ${host} ${reason}`)).toEqual(expected)
})

/** `a+ b!` of the records, and what is left out. */
const known = ({ hosts: records = {}, failover }: LedgerState): unknown[] => [
  Object.entries(records)
    .map(([name, { state }]) => `${name} ${state}`)
    .join(', '),
  failover,
]

it('what was silent before a time in which nobody looked is watched anew, but for what is left out', () => {
  expect(known(lookedAway(ledger('a+ b! c? d!', { failover: { without: ['d'] } })))).toEqual([
    'a alive, d dead',
    { without: ['d'] },
  ])
})

it.each<[string, LedgerState, string[] | undefined, unknown[]]>([
  ['all answered', ledger('a+ b! c+', { failover: { without: ['b'] } }), undefined, ['a alive, c alive', undefined]],
  [
    'one is left out still',
    ledger('a+ b! c! d+ e+', { failover: { without: ['b', 'c'], times: 2, notBefore: AT } }),
    ['b'],
    ['a alive, b dead, d alive, e alive', { without: ['b'] }],
  ],
  [
    'one that is declared no more',
    ledger('a+ c+', { failover: { without: ['b'] } }),
    ['b'],
    [expect.any(String), undefined],
  ],
])('after a deploy, %s', (_, state, without, expected) => {
  expect(known(hostsAfter(state, state.revisions[0]!, without))).toEqual(expected)
})

it('keeps the last 50 changes of hosts', () => {
  const change = { host: 'a', from: 'alive', to: 'suspected', at: AT } as const
  let state = ledger('a+')
  for (let i = 0; i < 60; i += 1) {
    state = withHosts(state, { hosts: hosts('a?'), changes: [{ ...change, host: `h${i}` }] })
  }
  expect([state.hostChanges?.length, state.hostChanges?.at(-1)?.host, state.hosts?.a?.state]).toEqual([
    50,
    'h59',
    'suspected',
  ])
})
