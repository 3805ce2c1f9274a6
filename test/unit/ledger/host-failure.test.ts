import { describe, expect, it } from 'vitest'
import type { HostRecord, LedgerState } from '../../../src/contracts/index.js'
import {
  brakeOn,
  failoverAfter,
  failoverNow,
  hostEvents,
  hostsAfter,
  hostWatchOf,
  lookedAway,
  retryMs,
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
  ])('%s', (_, state, how, expected) => {
    expect(failoverAfter(state, how, AT)).toEqual(expected)
  })

  it('pauses double, to ten minutes at most', () => {
    expect([1, 2, 3, 6, 7, 20].map(retryMs)).toEqual([10_000, 20_000, 40_000, 320_000, 600_000, 600_000])
  })
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
