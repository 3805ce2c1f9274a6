import { describe, expect, it } from 'vitest'
import type {
  LedgerState,
  OperationEnd,
  OperationKind,
  OperationSummary,
  Outcome,
} from '../../../src/contracts/index.js'
import type { Revision } from '../../../src/plan/model.js'
import { hostsOf } from '../../../src/plan/where.js'
import { end } from '../../../workflows/ledger/end.js'
import { emptyLedger } from '../../../workflows/ledger/state.js'
import { revisionOf, web } from '../plan/world.js'
import { after, AT, deployed, ending, entry, MINUTE, revision, summary } from './ledgers.js'

const running = (kind: OperationKind, over: Partial<LedgerState> = {}, more: Partial<OperationSummary> = {}) =>
  deployed(2, { stable: 1, stableBefore: [], current: summary(kind, more), lastOperation: 7, ...over })
const ended = (kind: OperationKind, over: Partial<LedgerState>, how: OperationEnd) => end(running(kind, over), how, AT)
const committed = ending('needsAttention', { committed: true, dirty: ['left-1'], stays: [] })

describe('what is stable', () => {
  it.each<[OperationKind, Outcome, number]>([
    ['deploy', 'succeeded', 2],
    ['rollback', 'succeeded', 2],
    ['deploy', 'rolledBack', 1],
    ['deploy', 'held', 1],
    ['deploy', 'needsAttention', 1],
    ['deploy', 'failed', 1],
    ['restore', 'succeeded', 1],
    ['cleanup', 'succeeded', 1],
  ])('%s %s: revision %i', (kind, outcome, stable) => {
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

  it('what an undone deploy left on a silent host stays dirty, and is set right once the host is back', () => {
    const failover = { afterMs: 20_000 }
    const watched = deployed(2)
    const revisions = watched.revisions.map((each) => ({ ...each, topology: { ...each.topology, failover } }))
    const how = ending('rolledBack', { dirty: ['b/web-2'], lost: ['b'] })
    const state = ended('deploy', { revisions }, how)
    expect(state).toMatchObject({ dirty: ['b/web-2'], failover: { without: [], behind: ['b'] } })
    expect(state.history.at(-1)).toMatchObject({ outcome: 'rolledBack', lost: ['b'] })
    // Without a policy nobody would come back to it.
    expect(ended('deploy', {}, how).failover).toBeUndefined()
  })

  it.each<[string, string[], string[] | undefined, string[]]>([
    ['all hosts are there', ['one/web-1', 'web-2', 'operation 3'], undefined, []],
    ['one is left out', ['one/web-1', 'b/web-2', 'web-3'], ['b'], ['b/web-2', 'web-3']],
    ['something is where nobody looks', ['one/web-1', 'other/web-2'], undefined, ['other/web-2']],
  ])('after a failover nothing is dirty that it could see: %s', (_, dirty, without, expected) => {
    const state = end(running('failover', { dirty }, without === undefined ? {} : { without }), ending('succeeded'), AT)
    expect(state.dirty).toEqual(expected)
  })

  it('what a ttl could not destroy on a dead host is tried again', () => {
    const over = { without: ['b'], automatic: true as const }
    expect(end(running('destroy', {}, over), ending('succeeded'), AT).expiresAt).toBe(after(10 * MINUTE))
    expect(end(running('destroy', {}, { without: ['b'] }), ending('succeeded'), AT).expiresAt).toBeNull()
  })

  it('warnings stay with the history, few and short', () => {
    const result = { ...ending('succeeded').result, warnings: Array.from({ length: 9 }, () => 'x'.repeat(400)) }
    const { warnings = [] } = ended('deploy', {}, { ...ending('succeeded'), result }).history.at(-1) ?? {}
    expect([warnings.length, warnings[0]?.length]).toEqual([5, 301])
  })

  it('the new revision, when it serves and only what was left could not be removed', () => {
    expect(ended('deploy', { dirty: ['before'] }, committed)).toMatchObject({
      stable: 2,
      stableBefore: [1],
      dirty: ['left-1'],
    })
    expect(ended('restore', {}, committed).stable).toBe(1)
  })

  it.each([
    ['UNHEALTHY', 10_000],
    ['ABORTED', 10 * MINUTE],
  ] as const)('a failover that ends with %s is tried again after %i ms', (code, ms) => {
    const { result } = ending('rolledBack')
    const how = ending('rolledBack', { result: { ...result, error: { code, message: 'undone' } } })
    expect(ended('failover', {}, how).failover).toEqual({ without: [], times: 1, notBefore: after(ms) })
  })

  it('and a host that was left out until then takes part again', () => {
    const host = { state: 'dead', since: AT, lookedAt: AT } as const
    const before = { failover: { without: ['two'] }, hosts: { two: host } }
    const after = ended('deploy', before, ending('succeeded'))
    expect([after.failover, after.hosts]).toEqual([undefined, {}])
    expect(ended('deploy', before, ending('rolledBack'))).toMatchObject(before)
  })

  it('what was stable before is remembered in time', () => {
    const steps: [OperationKind, number][] = [
      ['deploy', 1],
      ['deploy', 2],
      ['rollback', 1],
      ['deploy', 3],
    ]
    const all = steps.reduce<LedgerState>(
      (state, [kind, revision]) => {
        const how = ending('succeeded')
        return end(
          { ...state, current: summary(kind, { revision }) },
          { ...how, result: { ...how.result, revision } },
          AT,
        )
      },
      { ...emptyLedger('shop') },
    )
    expect(all).toMatchObject({ stable: 3, stableBefore: [1] })
  })

  it('nothing changes that nobody waits for', () => {
    expect(end(deployed(2), ending('succeeded'), AT)).toEqual(deployed(2))
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
  ['destroy', 'needsAttention', ['before', 'now']],
])('%s %s: dirty is %j', (kind, outcome, expected) => {
  expect(ended(kind, { dirty: ['before'] }, ending(outcome, { dirty: ['now'] })).dirty).toEqual(expected)
})

const standby = { names: ['blue-1', 'blue-2'], until: after(MINUTE) }
it.each<[string, OperationKind, OperationEnd, LedgerState['standby']]>([
  [
    'a new set: the old one',
    'deploy',
    ending('succeeded', { standby: { names: ['green-1'], keepMs: 5_000 } }),
    { names: ['green-1'], until: after(5_000), revisions: [2, 1] },
  ],
  ['nothing changed: as before', 'deploy', ending('succeeded', { stays: ['blue-1', 'blue-2'] }), standby],
  [
    "another resource's set: both",
    'deploy',
    ending('succeeded', { stays: ['blue-1'], standby: { names: ['green-9'], keepMs: 5_000 } }),
    { names: ['blue-1', 'green-9'], until: after(5_000), revisions: [2, 1] },
  ],
  ['it came back: nothing', 'rollback', ending('succeeded', { stays: [] }), null],
  ['what stays was never standby: nothing', 'deploy', ending('succeeded', { stays: ['other'] }), null],
  ['undone: as before', 'deploy', ending('rolledBack', { stays: [] }), standby],
  ['held: as before', 'deploy', ending('held'), standby],
  [
    'undone, and one made room: the rest',
    'deploy',
    ending('rolledBack', { removed: ['blue-1'] }),
    { names: ['blue-2'], until: standby.until },
  ],
  ['held, and all made room: nothing', 'deploy', ending('held', { removed: ['blue-1', 'blue-2'] }), null],
  [
    'it serves, and something could not be removed: the new one',
    'deploy',
    { ...committed, standby: { names: ['green-1'], keepMs: 5_000 } },
    { names: ['green-1'], until: after(5_000), revisions: [2, 1] },
  ],
  ['a restore: as before', 'restore', ending('succeeded'), standby],
  ['a cleanup: nothing', 'cleanup', ending('succeeded'), null],
])('standby after %s', (_what, kind, how, expected) => {
  expect(ended(kind, { standby }, how).standby).toEqual(expected)
})

it('the hosts of a standby are looked at for as long as it is kept, whatever is deployed meanwhile', () => {
  const on = (number: number, host: string): Revision => {
    const base = revisionOf(web(), { number })
    const hosts = { [host]: { address: `root@${host}`, platform: 'debian', kind: 'ssh', credentials: null } }
    return { ...base, topology: { ...base.topology, hosts: hosts as Revision['topology']['hosts'] } }
  }
  const deploys = (state: LedgerState, number: number, more: Partial<OperationEnd>): LedgerState => {
    const how = ending('succeeded', more)
    const current = { ...summary('deploy'), revision: number }
    return end({ ...state, desired: number, current }, { ...how, result: { ...how.result, revision: number } }, AT)
  }
  const begun = { ...emptyLedger('shop'), revisions: [on(1, 'a'), on(2, 'b'), on(3, 'c')] }
  const kept = deploys(deploys(begun, 1, {}), 2, { standby: { names: ['web-1-blue'], keepMs: MINUTE } })
  const again = deploys(deploys(kept, 2, { stays: ['web-1-blue'] }), 3, { stays: ['web-1-blue'] })
  expect(Object.keys(hostsOf(again, 3)).sort()).toEqual(['a', 'c'])
  expect(Object.keys(hostsOf({ ...again, standby: null }, 3))).toEqual(['c'])
})

it.each<[string, OperationKind, Outcome, string | null]>([
  ['begins with a deploy', 'deploy', 'succeeded', after(3_600_000)],
  ['is as it was after one that failed', 'deploy', 'rolledBack', 'before'],
  ['is as it was after a restore', 'restore', 'succeeded', 'before'],
])('the time of a topology %s', (_what, kind, outcome, expected) => {
  const timed = revisionOf(web({}, { ttl: '1h' }), { number: 2 })
  expect(ended(kind, { revisions: [timed], expiresAt: 'before' }, ending(outcome)).expiresAt).toBe(expected)
})

it('a destroy forgets all but the history and the numbers', () => {
  const over: Partial<LedgerState> = { standby, dirty: ['a'], expiresAt: AT, lastRevision: 5 }
  expect(ended('destroy', over, ending('succeeded'))).toEqual({
    ...emptyLedger('shop'),
    lastOperation: 7,
    lastRevision: 5,
    history: [entry('deploy', 1), entry('deploy', 2), { ...entry('destroy', 2), operation: 'op-7', number: 7 }],
  })
  expect(ended('destroy', over, ending('needsAttention'))).toMatchObject({ ...over, stable: 1, desired: 2 })
})

describe('a destroy that could not remove all', () => {
  const over: Partial<LedgerState> = { standby, dirty: ['a'], expiresAt: AT }
  it.each<[string, Partial<OperationEnd>, Partial<LedgerState>]>([
    ['nothing began: as before', {}, { stable: 1, stableBefore: [], dirty: ['a'], standby }],
    ['an instance is left: it is dirty', { committed: true, dirty: ['b'] }, { stable: 1, dirty: ['a', 'b'], standby }],
    ['only ports are left: no revision serves', { committed: true }, { stable: null, dirty: [], standby: null }],
  ])('%s', (_what, how, expected) => {
    expect(ended('destroy', over, ending('needsAttention', how))).toMatchObject({
      ...expected,
      desired: 2,
      expiresAt: AT,
    })
  })
})

describe('what the ledger does by itself and cannot', () => {
  const due = { standby: { names: ['a'], until: AT }, expiresAt: AT }

  it('a cleanup is tried again later, and ever later', () => {
    const current = summary('cleanup', { automatic: true })
    const once = end(running('cleanup', due, { automatic: true }), ending('needsAttention'), AT)
    expect(once.standby).toEqual({ names: ['a'], until: after(10 * MINUTE) })
    const twice = end({ ...once, standby: due.standby, current }, ending('failed'), AT)
    expect(twice.standby).toEqual({ names: ['a'], until: after(20 * MINUTE) })
    expect(twice.expiresAt).toBe(AT)
  })

  it('a destroy by ttl is tried again later, and ever later, as one entry', () => {
    let state = running('destroy', { expiresAt: AT }, { automatic: true })
    const waits: number[] = []
    let at = AT
    for (let i = 0; i < 10; i += 1) {
      state = end({ ...state, current: summary('destroy', { automatic: true }) }, ending('needsAttention'), at)
      waits.push((Date.parse(state.expiresAt ?? '') - Date.parse(at)) / MINUTE)
      at = state.expiresAt ?? ''
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440])
    expect(state.history).toHaveLength(3)
    expect(state.history.at(-1)).toMatchObject({ kind: 'destroy', times: 10, startedAt: AT })
  })

  it('a destroy that a person asked for leaves the ttl as it is', () => {
    expect(ended('destroy', { expiresAt: AT }, ending('needsAttention')).expiresAt).toBe(AT)
  })

  it('a ttl that a person set meanwhile stays', () => {
    const state = running('destroy', { expiresAt: after(5_000) }, { automatic: true })
    expect(end(state, ending('needsAttention'), AT).expiresAt).toBe(after(5_000))
    expect(end({ ...state, expiresAt: null }, ending('needsAttention'), AT).expiresAt).toBeNull()
  })
})

it('keeps the error with the outcome, and who asked', () => {
  const error = { code: 'UNHEALTHY' as const, message: 'no' }
  const base = ending('rolledBack')
  const by = { who: 'ann@laptop', options: ['--force'] }
  const state = end(running('deploy', {}, { by }), { ...base, result: { ...base.result, error } }, AT)
  expect(state.history.at(-1)).toMatchObject({ error, by })
})

it('what an operation tells of a thousand instances is not kept fifty times in one payload', () => {
  const undo = Array.from({ length: 1_000 }, (_, i) => ({
    instance: `shop-web-${i}`,
    error: { message: 'x'.repeat(300) },
  }))
  const error = {
    code: 'NEEDS_ATTENTION' as const,
    message: 'y'.repeat(300_000),
    hint: 'deploy again',
    details: { undo },
  }
  const base = ending('needsAttention')
  let state = running('deploy')
  for (let i = 0; i < 50; i += 1) {
    state = end({ ...state, current: summary('deploy') }, { ...base, result: { ...base.result, error } }, AT)
  }
  expect(state.history.at(-1)?.error).toMatchObject({ code: 'NEEDS_ATTENTION', hint: 'deploy again' })
  expect(JSON.stringify(state.history).length).toBeLessThan(1_000_000)
})

describe('what is known of copies', () => {
  const known = {
    'db/@two': { resource: 'db', instance: 'shop-db', host: 'two', since: AT, at: AT, late: true },
  } as const
  const copied = revisionOf(web({ stateful: true, on: 'one', replicate: { to: 'two', every: '5m' } }))
  const deploying = (revisions: Revision[], kind: OperationKind = 'deploy'): LedgerState =>
    deployed(2, { revisions, replicas: known, current: summary(kind) })
  const [none, some] = [revision(1), { ...copied, number: 2 }]
  it.each<[string, LedgerState, OperationEnd, boolean]>([
    ['stays while they are declared', deploying([none, some]), ending('succeeded'), true],
    ['and while nobody knows better', deploying([none, some]), ending('rolledBack'), true],
    ['goes with the declaration', deploying([copied, { ...none, number: 2 }]), ending('succeeded'), false],
    [
      'and with what they are of',
      deploying([none, some], 'destroy'),
      ending('needsAttention', { committed: true }),
      false,
    ],
  ])('%s', (_what, state, ended, expected) =>
    expect('db/@two' in (end(state, ended, AT).replicas ?? {})).toBe(expected),
  )
})
