import { afterEach, describe, expect, it } from 'vitest'
import type { LedgerInput, LedgerState, OperationEnd, OperationRequest, Outcome } from '../../src/contracts/index.js'
import { emptyLedger } from '../../workflows/ledger/state.js'
import { topologyOf } from '../support/rig.js'
import { Scripted } from '../support/scripted.js'
import { shop } from '../support/shop.js'

/* What meets in one workflow task, above all after the worker was away. The order is the test's; see test/support/scripted.ts. */

const HOUR = 3_600_000
const revision = (number: number, extra: Parameters<typeof shop>[1] = {}) => ({
  number,
  digest: `d${number}`,
  topology: topologyOf(shop(`${number}`, extra)),
  artifacts: {},
  sealed: {},
  createdAt: '2026-01-01T00:00:00Z',
})
const mortal = { ttl: '1h' }
const wanted = (version: number) => {
  const { number: _number, ...rest } = revision(version, mortal)
  return rest
}

const ended = (operation: number, outcome: Outcome, to: number, more: Partial<OperationEnd> = {}): OperationEnd => ({
  result: { topology: 'shop', operation: `op-${operation}`, outcome, revision: to, durationMs: 1, steps: [] },
  dirty: [],
  ...more,
})

/** As on a server that has none. */
const noSchedules = {
  keepTtlSchedule: () => 'unsupported',
  expiryWritten: () => ({ known: false }),
  labelExpiry: () => ({ changed: 0 }),
}

describe('what meets in one task of the ledger', () => {
  let ledger: Scripted
  afterEach(() => ledger.stop())

  /** Asked about what runs elsewhere. */
  let adopted: unknown = null
  async function begin(input: LedgerInput): Promise<Scripted> {
    return Scripted.start('ledger', 'topology/shop', input, {
      numbersInUse: () => ({ operation: 0, revision: 0, instances: [] }),
      awaitOperation: () => adopted,
      ...noSchedules,
    })
  }
  const deployed = (over: Partial<LedgerState> = {}): LedgerState => ({
    ...emptyLedger('shop'),
    ...{ desired: 1, attempted: 1, stable: 1, lastOperation: 1, lastRevision: 1, revisions: [revision(1, mortal)] },
    ...over,
  })
  const ask = (id: string, asked: Partial<OperationRequest>): void =>
    ledger.update('startOperation', id, {
      kind: 'deploy',
      requestId: id,
      notAfter: new Date(ledger.now + 60_000).toISOString(),
      ...(asked.kind === undefined ? { revision: wanted(2) } : {}),
      ...asked,
    })
  const state = async (): Promise<LedgerState> => (await ledger.query('state')) as LedgerState
  /** What a lost operation was doing has ended. */
  async function quietAgain(): Promise<void> {
    await ledger.settle()
    ledger.now += 7_000
    ledger.fire()
    await ledger.settle()
  }
  const expiring = () => begin({ topology: 'shop', state: deployed({ expiresAt: inMs(HOUR) }), checked: true })
  const inMs = (ms: number): string => new Date(Date.parse('2026-03-01T12:00:00Z') + ms).toISOString()

  it('a request in the task that suggests continue-as-new: its operation is followed to the end', async () => {
    ledger = await begin({ topology: 'shop' })
    ledger.continueAsNewSuggested = true
    ask('one', {})
    await ledger.settle()
    expect(ledger.answers.get('one')).toMatchObject({ operation: 'op-1' })
    expect(ledger.closed).toBe(false)
    expect((await state()).current).toMatchObject({ id: 'op-1' })
    ledger.end('topology/shop/op/1', ended(1, 'succeeded', 1))
    await ledger.settle()
    expect(ledger.continued).toMatchObject({
      state: { current: null, stable: 1, history: [{ operation: 'op-1' }] },
      answered: [{ requestId: 'one' }],
    })
  })

  it('a request in the task that ends an operation, with continue-as-new suggested: it is not left behind', async () => {
    ledger = await begin({ topology: 'shop' })
    ask('one', {})
    await ledger.settle()
    ledger.continueAsNewSuggested = true
    ledger.end('topology/shop/op/1', ended(1, 'succeeded', 1))
    ledger.update('setTtl', 'ttl', { ttlMs: HOUR })
    await ledger.settle()
    expect(ledger.answers.get('ttl')).toEqual({ expiresAt: inMs(HOUR) })
    expect(ledger.continued).toMatchObject({ state: { current: null, expiresAt: inMs(HOUR) } })
  })

  it('a request and a ttl that has passed: the person first, which gives the topology more time', async () => {
    ledger = await expiring()
    ledger.now += 2 * HOUR
    ledger.fire()
    ask('one', {})
    await ledger.settle()
    expect(ledger.started).toEqual(['topology/shop/op/2'])
    expect((await state()).current).toMatchObject({ kind: 'deploy' })
    ledger.end('topology/shop/op/2', ended(2, 'succeeded', 2))
    await ledger.settle()
    expect(ledger.started).toEqual(['topology/shop/op/2'])
    expect(await state()).toMatchObject({ current: null, stable: 2, expiresAt: inMs(3 * HOUR) })
  })

  it('and when the deploy comes to no good end, the ttl is looked at again', async () => {
    ledger = await expiring()
    ledger.now += 2 * HOUR
    ledger.fire()
    ask('one', {})
    await ledger.settle()
    ledger.end('topology/shop/op/2', ended(2, 'rolledBack', 2))
    await ledger.settle()
    expect(ledger.started).toEqual(['topology/shop/op/2', 'topology/shop/op/3'])
    expect((await state()).current).toMatchObject({ kind: 'destroy', automatic: true })
  })

  it('a request and a standby set whose time is over: one after the other', async () => {
    const standby = { names: ['shop-web-1-blue'], until: inMs(HOUR) }
    ledger = await begin({ topology: 'shop', state: deployed({ standby }), checked: true })
    ledger.now += 2 * HOUR
    ledger.fire()
    ask('one', {})
    await ledger.settle()
    expect([...ledger.children.keys()]).toEqual(['topology/shop/op/2'])
    ledger.end('topology/shop/op/2', ended(2, 'rolledBack', 2))
    await ledger.settle()
    expect([...ledger.children.keys()]).toEqual(['topology/shop/op/3'])
    expect((await state()).current?.kind).toBe('cleanup')
  })

  it('a ttl that passes while an operation runs waits for its end', async () => {
    ledger = await expiring()
    ask('one', {})
    await ledger.settle()
    expect(ledger.timerCount).toBe(0)
    ledger.now += 2 * HOUR
    ledger.update('setTtl', 'ttl', { ttlMs: 1 })
    await ledger.settle()
    ledger.now += HOUR
    expect([...ledger.children.keys()]).toEqual(['topology/shop/op/2'])
    ledger.end('topology/shop/op/2', ended(2, 'failed', 2))
    await ledger.settle()
    ledger.now += 1_000
    ledger.fire()
    await ledger.settle()
    expect([...ledger.children.keys()]).toEqual(['topology/shop/op/3'])
  })

  it('two requests: one starts, the other is refused', async () => {
    ledger = await begin({ topology: 'shop', state: deployed(), checked: true })
    ask('one', {})
    ask('two', { kind: 'destroy' })
    await ledger.settle()
    expect(ledger.started).toEqual(['topology/shop/op/2'])
    expect(ledger.answers.get('two')).toMatch(/^OPERATION_IN_PROGRESS: deploy of shop \(op-2\)/)
  })

  it('two requests that waited for a cleanup: one starts, the other is refused', async () => {
    const standby = { names: ['shop-web-1-blue'], until: inMs(HOUR) }
    ledger = await begin({ topology: 'shop', state: deployed({ standby }), checked: true })
    ledger.now += HOUR
    ledger.fire()
    await ledger.settle()
    ask('one', {})
    ask('two', {})
    await ledger.settle()
    expect(ledger.answers.size).toBe(0)
    ledger.end('topology/shop/op/2', ended(2, 'succeeded', 1))
    await ledger.settle()
    expect(ledger.answers.get('one')).toMatchObject({ operation: 'op-3' })
    expect(ledger.answers.get('two')).toMatch(/^OPERATION_IN_PROGRESS/)
    expect([...ledger.children.keys()]).toEqual(['topology/shop/op/3'])
  })

  it('a request waits for a cleanup no longer than its command does', async () => {
    const standby = { names: ['shop-web-1-blue'], until: inMs(HOUR) }
    ledger = await begin({ topology: 'shop', state: deployed({ standby }), checked: true })
    ledger.now += HOUR
    ledger.fire()
    await ledger.settle()
    ask('one', { kind: 'destroy' })
    await ledger.settle()
    ledger.now += 61_000
    ledger.fire()
    await ledger.settle()
    expect(ledger.answers.get('one')).toMatch(/^EXPIRED/)
    ledger.end('topology/shop/op/2', ended(2, 'succeeded', 1))
    await ledger.settle()
    expect([...ledger.children.keys()]).toEqual([])
  })

  it('a request whose command has given up is not carried out', async () => {
    ledger = await begin({ topology: 'shop', state: deployed(), checked: true })
    ask('late', { kind: 'destroy', notAfter: inMs(-1) })
    ledger.update('setTtl', 'ttl', { ttlMs: 1, notAfter: inMs(-1) })
    await ledger.settle()
    expect(ledger.answers.get('late')).toMatch(/^EXPIRED/)
    expect(ledger.answers.get('ttl')).toMatch(/^EXPIRED/)
    expect(ledger.started).toEqual([])
    expect((await state()).expiresAt).toBeNull()
  })

  it('a repeated request gets its first answer, also from the ledger that continues', async () => {
    ledger = await begin({ topology: 'shop' })
    ask('one', {})
    await ledger.settle()
    ledger.end('topology/shop/op/1', ended(1, 'succeeded', 1))
    await ledger.settle()
    ledger.update('startOperation', 'again', {
      kind: 'deploy',
      requestId: 'one',
      notAfter: inMs(-1),
      revision: wanted(2),
    })
    await ledger.settle()
    expect(ledger.answers.get('again')).toEqual(ledger.answers.get('one'))
    ledger.continueAsNewSuggested = true
    ledger.update('setTtl', 'ttl', { ttlMs: null })
    await ledger.settle()
    const input = ledger.continued as LedgerInput
    const first = ledger.answers.get('one')
    await ledger.stop()
    ledger = await begin(input)
    ask('later', { requestId: 'one' })
    await ledger.settle()
    expect(ledger.answers.get('later')).toEqual(first)
    expect(ledger.started).toEqual([])
  })

  it.each<[string, string, unknown]>([
    ['nothing', 'startOperation', null],
    ['no kind', 'startOperation', {}],
    ['no id', 'startOperation', { kind: 'destroy' }],
    ['an end that is no time', 'startOperation', { kind: 'destroy', requestId: 'r', notAfter: 'soon' }],
    ['a revision without a topology', 'startOperation', { kind: 'deploy', requestId: 'r', revision: {} }],
    [
      'half a topology',
      'startOperation',
      { kind: 'deploy', requestId: 'r', revision: { topology: { name: 'shop', project: null } } },
    ],
    ['no ttl', 'setTtl', null],
    ['a ttl that is none', 'setTtl', { ttlMs: 'soon' }],
    ['a ttl without end', 'setTtl', { ttlMs: 1e300 }],
    ['no state', 'importState', null],
  ])('what is no request is refused, and the ledger goes on: %s', async (_what, update, input) => {
    ledger = await begin({ topology: 'shop', state: deployed(), checked: true })
    ledger.update(update, 'odd', input)
    await ledger.settle()
    expect(ledger.answers.get('odd')).toMatch(/^(USAGE|INTERNAL): /)
    expect(await state()).toEqual(deployed())
    ask('one', {})
    await ledger.settle()
    expect(ledger.answers.get('one')).toMatchObject({ operation: 'op-2' })
  })

  it('an operation may end as a failure that has its end', async () => {
    ledger = await begin({ topology: 'shop', state: deployed(), checked: true })
    ask('one', {})
    await ledger.settle()
    ledger.fail('topology/shop/op/2', 'held', ended(2, 'held', 2, { dirty: ['shop-web-1'] }))
    await ledger.settle()
    expect(await state()).toMatchObject({ current: null, dirty: ['shop-web-1'], history: [{ outcome: 'held' }] })
    ask('two', {})
    await ledger.settle()
    ledger.fail('topology/shop/op/3', 'INTERNAL', { code: 'INTERNAL', message: 'a fault' })
    await quietAgain()
    expect((await state()).history.at(-1)).toMatchObject({
      outcome: 'needsAttention',
      error: { code: 'INTERNAL', message: "the operation's workflow was lost: a fault" },
    })
  })

  it('an operation that ends without a result is one that was lost', async () => {
    ledger = await begin({ topology: 'shop', state: deployed(), checked: true })
    ask('one', {})
    await ledger.settle()
    ledger.end('topology/shop/op/2', null)
    await quietAgain()
    expect(await state()).toMatchObject({ current: null, stable: 1, dirty: ['operation 2'] })
  })

  it('after one that was lost nothing begins before its activities have ended', async () => {
    ledger = await begin({ topology: 'shop', state: deployed(), checked: true })
    ask('one', {})
    await ledger.settle()
    ledger.fail('topology/shop/op/2', 'INTERNAL', { code: 'INTERNAL', message: 'terminated' })
    await ledger.settle()
    ask('two', {})
    await ledger.settle()
    expect(ledger.answers.get('two')).toMatch(/^OPERATION_IN_PROGRESS/)
    await quietAgain()
    ask('three', {})
    await ledger.settle()
    expect(ledger.answers.get('three')).toMatchObject({ operation: 'op-3' })
  })

  it('an end that cannot be written down counts as lost, and the ledger goes on', async () => {
    ledger = await begin({ topology: 'shop' })
    ask('one', {})
    await ledger.settle()
    ledger.end('topology/shop/op/1', ended(1, 'succeeded', 1, { standby: { names: ['a'], keepMs: 1e300 } }))
    await ledger.settle()
    expect(await state()).toMatchObject({ current: null, history: [{ operation: 'op-1', outcome: 'needsAttention' }] })
    ask('two', {})
    await ledger.settle()
    expect(ledger.answers.get('two')).toMatchObject({ operation: 'op-2' })
  })

  it('a cancel: everything goes on', async () => {
    ledger = await expiring()
    ask('one', {})
    await ledger.settle()
    ledger.cancel()
    await ledger.settle()
    ledger.end('topology/shop/op/2', ended(2, 'failed', 2))
    ledger.update('setTtl', 'ttl', { ttlMs: HOUR })
    await ledger.settle()
    expect(ledger.closed).toBe(false)
    expect(ledger.answers.get('ttl')).toEqual({ expiresAt: inMs(HOUR) })
    ledger.now += HOUR
    ledger.fire()
    await ledger.settle()
    expect([...ledger.children.keys()]).toEqual(['topology/shop/op/3'])
    ledger.end('topology/shop/op/3', ended(3, 'succeeded', 1))
    await ledger.settle()
    expect(await state()).toMatchObject({ current: null, desired: null, lastOperation: 3 })
  })

  it('a cancel where nothing is: the ledger ends', async () => {
    ledger = await begin({ topology: 'shop' })
    ledger.cancel()
    await ledger.settle()
    expect(ledger.closed).toBe(true)
  })

  it('a request beside a cancel is carried out', async () => {
    ledger = await begin({ topology: 'shop' })
    ledger.cancel()
    ask('one', {})
    await ledger.settle()
    expect(ledger.closed).toBe(false)
    expect(ledger.started).toEqual(['topology/shop/op/1'])
  })

  it('the operation of a ledger that was terminated is waited for, and a request with it', async () => {
    const current = {
      ...{ id: 'op-7', number: 7, workflowId: 'topology/shop/op/7', kind: 'deploy' as const, step: 'starting' },
      ...{ startedAt: inMs(0), revision: 1 },
    }
    adopted = { end: ended(7, 'succeeded', 1) }
    ledger = await begin({ topology: 'shop', state: deployed({ current, lastOperation: 7 }) })
    expect(await state()).toMatchObject({ current: null, history: [{ operation: 'op-7', outcome: 'succeeded' }] })
    adopted = { lost: { code: 'NEEDS_ATTENTION', message: 'gone' } }
    await ledger.stop()
    ledger = await begin({ topology: 'shop', state: deployed({ current, lastOperation: 7 }) })
    await quietAgain()
    expect(await state()).toMatchObject({
      current: null,
      dirty: ['operation 7'],
      history: [{ outcome: 'needsAttention' }],
    })
    ask('one', {})
    await ledger.settle()
    expect(ledger.answers.get('one')).toMatchObject({ operation: 'op-8' })
  })

  it('numbers go on above those on the hosts, and a deploy onto instances that nobody knows is refused', async () => {
    const inUse = () => ({ operation: 41, revision: 12, instances: ['shop-web-1'] })
    ledger = await Scripted.start(
      'ledger',
      'topology/shop',
      { topology: 'shop' },
      { numbersInUse: inUse, ...noSchedules },
    )
    ask('one', {})
    await ledger.settle()
    expect(ledger.answers.get('one')).toMatch(/^STATE_LOST: the hosts have instances of shop up to operation 41/)
    expect(ledger.started).toEqual([])
    ask('two', { force: true })
    await ledger.settle()
    expect(ledger.answers.get('two')).toMatchObject({ operation: 'op-42', revision: 13 })
    await ledger.stop()
    ledger = await Scripted.start(
      'ledger',
      'topology/shop',
      { topology: 'shop', state: deployed() },
      { numbersInUse: inUse, ...noSchedules },
    )
    ask('three', {})
    await ledger.settle()
    expect(ledger.answers.get('three')).toMatchObject({ operation: 'op-42', revision: 13 })
  })
})
