import { describe, expect, it } from 'vitest'
import type { OperationStarted, Outcome } from '../../../src/contracts/index.js'
import type { Role } from '../../../src/plan/model.js'
import type { InstanceState, SnapshotState } from '../world/model.js'
import { Fixture, OPERATION } from './fixture.js'
import { INVARIANTS, violations, type Violation } from './index.js'

const SECOND = 'topology/shop/op/2'
const LEDGER = 'topology/shop'

/** What each invariant must notice, and the same with the one thing put right. */
const CASES: { name: string; what: string; wrong: () => Violation[]; right: () => Violation[] }[] = [
  {
    name: 'one-writer',
    what: 'two of one identity run at the same time',
    wrong: () => twoWriters((other) => other),
    right: () => twoWriters((other) => ({ ...other, status: 'Stopped' })),
  },
  {
    name: 'one-writer',
    what: 'one that somebody said does not run does so long after its host is back',
    wrong: () => forced(10 * 60_000),
    right: () => forced(60_000),
  },
  {
    name: 'copies-stand',
    what: 'a copy runs',
    wrong: () => twoWriters((other) => copyOf(other)),
    right: () => twoWriters((other) => ({ ...copyOf(other), status: 'Stopped' })),
  },
  {
    name: 'failover-leaves-data',
    what: 'a failover makes again what holds data',
    wrong: () => madeIn('failover'),
    right: () => madeIn('deploy'),
  },
  {
    name: 'last-write-stays',
    what: 'what moved is deleted with what its copy does not have',
    wrong: () => movedWith(90),
    right: () => movedWith(100),
  },
  {
    name: 'one-of-each',
    what: 'there are two of one in the end',
    wrong: () => twoInTheEnd({ failover: { afterMs: 20_000 } }),
    right: () => twoInTheEnd({}),
  },
  {
    name: 'serves-what-runs',
    what: 'an edge leads to what is stopped',
    wrong: () => close((f) => (f.end('succeeded'), (f.get('shop-web-1').status = 'Stopped'))),
    right: () => close((f) => f.end('succeeded')),
  },
  {
    name: 'keeps-wanted-snapshot',
    what: 'a restore that failed has removed the snapshot',
    wrong: () => notRestored([]),
    right: () => notRestored(['pre-deploy-1']),
  },
  {
    name: 'keeps-needed-snapshot',
    what: 'an undo that could not restore has removed the snapshot',
    wrong: () => notUndone(SECOND),
    right: () => notUndone(OPERATION),
  },
  {
    name: 'ports-stay-open',
    what: 'the port of a resource that was renamed closes before the other one is there',
    wrong: () => renamed((f) => f.world.setRoutes('one', 'shop', null, OPERATION)),
    right: () => renamed((f) => f.serve(['shop-web-1'])),
  },
  {
    name: 'drains-before-removal',
    what: 'a canary goes while it takes requests',
    wrong: () => removedOf('shop-web-2', ['shop-web-1', 'shop-web-2']),
    right: () => removedOf('shop-web-2', ['shop-web-1']),
  },
  {
    name: 'abort-takes-back',
    what: 'an abort leaves something half changed',
    wrong: () => close((f) => (f.operation.disturbed.push('a person aborted it'), f.end('needsAttention'))),
    right: () => close((f) => (f.operation.disturbed.push('a person aborted it'), f.end('rolledBack'))),
  },
  {
    name: 'aborted-destroy-removes-nothing',
    what: 'a destroy removes an instance after its abort',
    wrong: () => destroyed({ aborted: true }),
    right: () => destroyed({ aborted: false }),
  },
  {
    name: 'one-operation',
    what: 'two operations are open',
    wrong: () => task((f) => void (f.open = new Set([OPERATION, SECOND]))),
    right: () => task((f) => void (f.open = new Set([OPERATION, LEDGER]))),
  },
  {
    name: 'one-operation',
    what: 'a slice of an operation that was lost is open with the next one',
    wrong: () => task((f) => void (f.open = new Set([`${OPERATION}/forward/1`, SECOND]))),
    right: () => task((f) => void (f.open = new Set([`${OPERATION}/forward/1`, OPERATION]))),
  },
  {
    name: 'current-iff-open',
    what: 'nothing is current, but an operation is awaited',
    wrong: () => task((f) => void (f.awaited = [OPERATION])),
    right: () =>
      task((f) => {
        f.awaited = [OPERATION]
        f.story.ledger = { ...f.story.ledger!, current: current(OPERATION) }
      }),
  },
  {
    name: 'current-iff-open',
    what: 'what is current is followed by nobody',
    wrong: () => followedAfter('succeeded'),
    right: () => followedAfter(null),
  },
  {
    name: 'starts-once',
    what: 'a request has two operations',
    wrong: () => task((f) => ask(f, {}, [OPERATION, SECOND])),
    right: () => task((f) => ask(f, {}, [OPERATION, OPERATION])),
  },
  {
    name: 'starts-in-time',
    what: 'an operation begins after its request ended',
    wrong: () => task((f) => ask(f, { notAfter: '2025-12-31T23:59:00Z' }, [OPERATION])),
    right: () => task((f) => ask(f, { notAfter: '2026-01-01T00:00:10Z' }, [OPERATION])),
  },
  {
    name: 'ends-with-result',
    what: 'an operation fails without a result',
    wrong: () => close((f) => void (f.operation.ended = { at: f.now, how: 'failed', end: null, message: 'so it is' })),
    right: () => close((f) => f.end('succeeded')),
  },
  {
    name: 'no-internal-error',
    what: 'an operation says INTERNAL',
    wrong: () => close((f) => f.end('failed', { code: 'INTERNAL' })),
    right: () => close((f) => f.end('failed', { code: 'NO_ROOM' })),
  },
  {
    name: 'undisturbed-succeeds',
    what: 'an operation is rolled back for no reason',
    wrong: () => close((f) => f.end('rolledBack')),
    right: () =>
      close((f) => {
        f.operation.disturbed.push('an app broke')
        f.end('rolledBack')
      }),
  },
  {
    name: 'destroyed-on-request',
    what: 'a destroy begins that nobody asked for',
    wrong: () => begin(new Fixture('destroy')),
    right: () => begin(new Fixture('destroy'), (f) => void (f.story.ttl.dueAt = f.now)),
  },
  {
    name: 'rolls-back-in-time',
    what: 'a rollback goes to what was not stable before',
    wrong: () => rollback('3'),
    right: () => rollback('1'),
  },
  {
    name: 'before-after-or-dirty',
    what: 'a rolled back operation leaves another version behind',
    wrong: () =>
      close((f) => {
        f.operation.touched.add('one/shop-web-1')
        f.get('shop-web-1').app = { release: 'web@2', since: 0 }
        f.end('rolledBack')
      }),
    right: () =>
      close((f) => {
        f.operation.touched.add('one/shop-web-1')
        f.get('shop-web-1').data.written += 1
        f.end('rolledBack')
      }),
  },
  {
    name: 'before-after-or-dirty',
    what: 'an operation that succeeded leaves something stopped',
    wrong: () =>
      close((f) => {
        f.operation.touched.add('one/shop-web-1')
        f.get('shop-web-1').status = 'Stopped'
        f.end('succeeded')
      }),
    right: () =>
      close((f) => {
        f.operation.touched.add('one/shop-web-1')
        f.get('shop-web-1').status = 'Stopped'
        f.end('needsAttention', { dirty: ['shop-web-1'] })
      }),
  },
  {
    name: 'before-after-or-dirty',
    what: 'a held operation leaves a set in two colors and names nobody',
    wrong: () => halfSwapped({ dirty: [] }),
    right: () => halfSwapped({ dirty: ['shop-web-2-green'] }),
  },
  {
    name: 'before-after-or-dirty',
    what: 'of a set in two colors, one that is not named is not as declared',
    wrong: () => halfSwapped({ dirty: ['shop-web-2-green'], digest: 'another' }),
    right: () => halfSwapped({ dirty: ['shop-web-1-green', 'shop-web-2-green'], digest: 'another' }),
  },
  {
    name: 'before-after-or-dirty',
    what: 'an operation that came to nothing removed a standby and does not say so',
    wrong: () => standbyGone({ removed: ['shop-web-1'] }),
    right: () => standbyGone({ removed: ['shop-web-1'], message: 'shop-web-1 made room' }),
  },
  {
    name: 'keeps-stateful-data',
    what: 'a stateful instance is deleted without force',
    wrong: () => deleted({}),
    right: () => deleted({ force: true }),
  },
  {
    name: 'keeps-stateful-data',
    what: 'a stateful instance that an operation left over is deleted with what was written to it',
    wrong: () => deleted({}, { role: 'new', written: 1 }),
    right: () => deleted({}, { role: 'new', written: 0 }),
  },
  {
    name: 'keeps-stateful-data',
    what: 'a stateful instance that has its place is deleted',
    wrong: () => deleted({}, { role: 'live', written: 0 }),
    right: () => deleted({}, { role: 'new', written: 0 }),
  },
  {
    name: 'keeps-writes',
    what: 'a snapshot is put over what was written since',
    wrong: () => restored(7),
    right: () => restored(0),
  },
  {
    name: 'keeps-writes',
    what: 'an app is healthy, and its operation is aborted before it hears of that',
    wrong: () => restored(7, { unheard: ['waitUntilHealthy shop-web-2'] }),
    right: () => restored(7, { unheard: ['waitUntilHealthy shop-web-1'] }),
  },
  {
    name: 'keeps-writes',
    what: 'it goes back further than to the begin of its operation',
    wrong: () => restored(7, { unheard: ['waitUntilHealthy shop-web-1'], takenMs: -1 }),
    right: () => restored(7, { unheard: ['waitUntilHealthy shop-web-1'], takenMs: 1 }),
  },
  {
    name: 'spares-bystanders',
    what: "somebody else's instance is changed",
    wrong: () =>
      effect((f) => {
        f.story.scenario.bystanders.push({ host: 'one', name: 'shop-web-1', topology: null, resource: '' })
        return { kind: 'changed', instance: f.get('shop-web-1') }
      }),
    right: () => effect((f) => ({ kind: 'changed', instance: f.get('shop-web-1') })),
  },
  {
    name: 'nothing-unknown',
    what: 'an instance is left that the ledger does not know',
    wrong: () =>
      end((f) => {
        f.open.add(LEDGER)
        f.make(1, 'canary', 'canary')
      }),
    right: () =>
      end((f) => {
        f.open.add(LEDGER)
        f.make(1, 'canary', 'canary')
        f.story.ledger!.dirty = ['shop-web-1-canary']
      }),
  },
  {
    name: 'nothing-unknown',
    what: 'instances are left without a ledger',
    wrong: () => end(() => {}),
    right: () => end((f) => void f.open.add(LEDGER)),
  },
  {
    name: 'nothing-unknown',
    what: 'what a held operation put aside is there after one that succeeded',
    wrong: () => putAside({ first: (f) => f.end('held'), second: 'succeeded' }),
    right: () => putAside({ first: (f) => f.end('held'), second: 'failed' }),
  },
  {
    name: 'nothing-unknown',
    what: 'what a lost operation put aside is there, and the ledger has forgotten that one',
    wrong: () => putAside({ first: lost, second: 'failed' }),
    right: () => putAside({ first: lost, second: 'failed', dirty: ['operation 1'] }),
  },
  {
    name: 'nothing-unknown',
    what: 'what an operation that was undone put aside is there, unless it was to be held',
    wrong: () => putAside({ first: (f) => f.end('needsAttention') }),
    right: () =>
      putAside({
        first: (f) => {
          f.revision.topology.strategy.rollback.onFailure = 'hold'
          f.end('needsAttention')
        },
      }),
  },
  {
    name: 'stable-is-there',
    what: 'a stable instance is gone',
    wrong: () =>
      end((f) => {
        f.open.add(LEDGER)
        f.end('succeeded')
        f.remove('shop-web-2')
      }),
    right: () =>
      end((f) => {
        f.open.add(LEDGER)
        f.end('needsAttention')
        f.remove('shop-web-2')
      }),
  },
  {
    name: 'serves-the-right-role',
    what: 'a canary serves after the end',
    wrong: () =>
      close((f) => {
        f.make(1, 'canary', 'canary')
        f.serve(['shop-web-1', 'shop-web-2', 'shop-web-1-canary'])
        f.end('succeeded')
      }),
    right: () =>
      close((f) => {
        f.make(1, 'canary', 'canary')
        f.serve(['shop-web-1', 'shop-web-2', 'shop-web-1-canary'], [100, 100, 0])
        f.end('succeeded')
      }),
  },
  {
    name: 'serves-the-right-role',
    what: 'what was dirty and never became live serves after a deploy',
    wrong: () => servesDirty('deploy'),
    right: () => servesDirty('cleanup'),
  },
  {
    name: 'rolled-back-serves',
    what: 'who served does not after an undo',
    wrong: () =>
      close((f) => {
        f.serve(['shop-web-1'])
        f.end('rolledBack')
      }),
    right: () => close((f) => f.end('rolledBack')),
  },
  {
    name: 'rolled-back-serves',
    what: 'who was there and served is gone after an undo',
    wrong: () => goneAfterUndo({ before: true }),
    right: () => goneAfterUndo({ before: false }),
  },
  {
    name: 'succeeded-serves',
    what: 'a live instance takes no traffic after a success',
    wrong: () =>
      close((f) => {
        f.serve(['shop-web-1'])
        f.end('succeeded')
      }),
    right: () => close((f) => f.end('succeeded')),
  },
  {
    name: 'succeeded-runs',
    what: 'the app of a live instance does not run after a success',
    wrong: () =>
      close((f) => {
        f.get('shop-web-1').app = null
        f.end('succeeded')
      }),
    right: () => close((f) => f.end('succeeded')),
  },
  {
    name: 'canary-share',
    what: 'the new version gets more than its step says',
    wrong: () => canary(100),
    right: () => canary(22),
  },
  {
    name: 'dirty-stays-out',
    what: 'a cleanup lets a dirty instance in',
    wrong: () => cleanup(['shop-web-1', 'shop-web-2']),
    right: () => cleanup(['shop-web-1']),
  },
  {
    name: 'pause-holds',
    what: 'an operation succeeds though it is paused',
    wrong: () => close((f) => void (f.end('succeeded').pausedAt = f.now - 600_000)),
    right: () => close((f) => void f.end('succeeded')),
  },
  {
    name: 'pause-holds',
    what: 'something changes an hour after a pause',
    wrong: () => paused(3_600_000),
    right: () => paused(10_000),
  },
  {
    name: 'restart-changes-nothing',
    what: 'a restart writes another revision on an instance',
    wrong: () => upkeep('restart', {}, (f) => Object.assign(f.get('shop-web-1').labels!, { revision: 2 })),
    right: () => upkeep('restart', {}, () => {}),
  },
  {
    name: 'restart-changes-nothing',
    what: 'a snapshot makes an instance',
    wrong: () => made('snapshot'),
    right: () => made('deploy'),
  },
  {
    name: 'restart-keeps-revisions',
    what: 'the ledger takes what was restarted for stable',
    wrong: () => afterRestart({ stable: 2 }),
    right: () => afterRestart({}),
  },
  {
    name: 'restart-keeps-revisions',
    what: 'something is dirty that the end does not name',
    wrong: () => afterRestart({ dirty: ['shop-web-1', 'shop-web-2'] }),
    right: () => afterRestart({ dirty: ['shop-web-1'] }),
  },
  {
    name: 'restarted-runs',
    what: 'an instance runs since before the restart that succeeded',
    wrong: () => upkeep('restart', {}, startedAgain('shop-web-1')),
    right: () => upkeep('restart', { names: ['shop-web-1'] }, startedAgain('shop-web-1')),
  },
  {
    name: 'restarted-runs',
    what: 'an abort leaves an instance stopped that ran',
    wrong: () => upkeep('restart', {}, stopped, { outcome: 'rolledBack' }),
    right: () => upkeep('restart', {}, stopped, { outcome: 'held', dirty: ['shop-web-1'] }),
  },
  {
    name: 'restart-keeps-serving',
    what: 'an instance stays out of the traffic',
    wrong: () => upkeep('restart', {}, (f) => f.serve(['shop-web-2']), { outcome: 'failed' }),
    right: () => upkeep('restart', {}, (f) => f.serve(['shop-web-2']), { outcome: 'held', dirty: ['shop-web-1'] }),
  },
  {
    name: 'drains-before-restart',
    what: 'an instance stops while it takes requests',
    wrong: () => stopsIn(['shop-web-1', 'shop-web-2']),
    right: () => stopsIn(['shop-web-2']),
  },
  {
    name: 'restart-leaves-one-serving',
    what: 'nobody is left of two that were to be restarted one by one',
    wrong: () => drainedIn([]),
    right: () => drainedIn(['shop-web-2']),
  },
  {
    name: 'snapshot-of-all-or-none',
    what: 'a snapshot that succeeded is missing of one',
    wrong: () => upkeep('snapshot', NIGHTLY, snapshotOf(['shop-web-1'])),
    right: () => upkeep('snapshot', NIGHTLY, snapshotOf(['shop-web-1', 'shop-web-2'])),
  },
  {
    name: 'snapshot-of-all-or-none',
    what: 'one that was taken back is there',
    wrong: () => upkeep('snapshot', NIGHTLY, snapshotOf(['shop-web-1']), { outcome: 'rolledBack' }),
    right: () =>
      upkeep('snapshot', NIGHTLY, snapshotOf(['shop-web-1']), {
        outcome: 'needsAttention',
        ...{ code: 'NEEDS_ATTENTION', message: 'shop-web-1 on one: it could not be deleted' },
      }),
  },
  {
    name: 'deleted-snapshot-is-gone',
    what: 'a snapshot is there after its deletion',
    wrong: () => upkeep('snapshot', { ...NIGHTLY, remove: true }, snapshotOf(['shop-web-1'])),
    right: () => upkeep('snapshot', { ...NIGHTLY, remove: true }, () => {}),
  },
  {
    name: 'keeps-named-snapshots',
    what: 'a snapshot goes that nobody named',
    wrong: () => withoutSnapshot('before-upgrade'),
    right: () => withoutSnapshot('nightly'),
  },
]

describe('an invariant', () => {
  it.each(CASES)('$name notices that $what', ({ name, wrong, right }) => {
    expect(wrong().map(({ invariant }) => invariant)).toContain(name)
    expect(right().map(({ invariant }) => invariant)).not.toContain(name)
  })

  it('has a case here, whichever it is', () => {
    expect(new Set(CASES.map(({ name }) => name))).toEqual(new Set(INVARIANTS.map(({ name }) => name)))
  })
})

/** One more of the first instance, on another host. */
function beside(fixture: Fixture, other: (made: InstanceState) => InstanceState): InstanceState {
  const first = fixture.get('shop-web-1')
  first.stateful = true
  const made = other({ ...structuredClone(first), host: 'two' })
  fixture.world.instances.set('two/shop-web-1', made)
  return made
}

function twoWriters(other: (made: InstanceState) => InstanceState): Violation[] {
  const fixture = new Fixture()
  const instance = beside(fixture, other)
  return violations('afterEffect', fixture.story, { kind: 'changed', by: OPERATION, instance })
}

const copyOf = (instance: InstanceState): InstanceState => ({
  ...instance,
  labels: { ...instance.labels!, role: 'replica', replica: { from: 'one', at: null, snapshot: null } },
})

/** A copy was restored while the host of its original gave no answer; that is back for so long. */
function forced(forMs: number): Violation[] {
  const fixture = new Fixture('restore', { replica: 'two', force: true })
  fixture.story.outs.push({ host: 'one', from: fixture.now, until: fixture.now + 1 })
  fixture.operation.touched.add('two/shop-web-1')
  beside(fixture, (made) => made)
  fixture.end('succeeded')
  fixture.now += forMs
  return violations('atEnd', fixture.story)
}

function madeIn(kind: 'failover' | 'deploy'): Violation[] {
  const fixture = new Fixture(kind)
  const instance = beside(fixture, (made) => made)
  return violations('afterEffect', fixture.story, { kind: 'created', by: OPERATION, instance })
}

/** The original is deleted; what its copy has of 100 written. */
function movedWith(written: number): Violation[] {
  const fixture = new Fixture('drain')
  fixture.get('shop-web-1').data.written = 100
  const { volume } = fixture.get('shop-web-1').data
  beside(fixture, (made) => ({ ...made, data: { volume, written } }))
  const instance = fixture.remove('shop-web-1')
  return violations('afterEffect', fixture.story, { kind: 'deleted', by: OPERATION, instance })
}

function twoInTheEnd(declared: object): Violation[] {
  const fixture = new Fixture()
  beside(fixture, (made) => made)
  fixture.end('succeeded')
  Object.assign(fixture.revision.topology, declared)
  return violations('atEnd', fixture.story)
}

function task(spoil: (fixture: Fixture) => void): Violation[] {
  const fixture = new Fixture()
  spoil(fixture)
  return violations('afterTask', fixture.story, LEDGER)
}

/** The operation has ended and is still current: a lost one is, until its activities have ended too. */
function followedAfter(outcome: Outcome | null): Violation[] {
  return task((f) => {
    f.operation.ended = { at: f.now, how: 'terminated', end: null, message: null }
    if (outcome !== null) f.end(outcome)
    f.story.ledger = { ...f.story.ledger!, current: current(OPERATION) }
  })
}

function close(spoil: (fixture: Fixture) => void): Violation[] {
  const fixture = new Fixture()
  spoil(fixture)
  return violations('atClose', fixture.story, fixture.operation)
}

function begin(fixture: Fixture, prepare: (fixture: Fixture) => void = () => {}): Violation[] {
  prepare(fixture)
  return violations('atBegin', fixture.story, fixture.operation)
}

function end(spoil: (fixture: Fixture) => void): Violation[] {
  const fixture = new Fixture()
  spoil(fixture)
  return violations('atEnd', fixture.story)
}

function standbyGone(said: { removed: string[]; message?: string }): Violation[] {
  return close((f) => {
    f.operation.before.get('one/shop-web-1')!.labels!.role = 'old'
    f.operation.servingBefore = []
    f.operation.touched.add('one/shop-web-1')
    f.remove('shop-web-1')
    f.end('rolledBack', { code: 'UNHEALTHY', ...said })
  })
}

/** An instance was put aside; another operation may come after that. */
function putAside(how: { first: (f: Fixture) => void; second?: Outcome; dirty?: string[] }): Violation[] {
  return end((f) => {
    f.open.add(LEDGER)
    const { labels } = f.get('shop-web-1')
    // Made by an operation of which the ledger need not know anything any more.
    Object.assign(labels!, { role: 'old', operation: '0' })
    how.first(f)
    f.story.ledger!.dirty = how.dirty ?? []
    if (how.second !== undefined) f.end(how.second, {}, f.begin(SECOND, 'deploy'))
  })
}

const lost = (f: Fixture): void => void (f.operation.ended = { at: f.now, how: 'terminated', end: null, message: null })

type Change = { kind: 'changed'; instance: ReturnType<Fixture['get']> }
function effect(change: (fixture: Fixture) => Change): Violation[] {
  const fixture = new Fixture()
  return violations('afterEffect', fixture.story, { ...change(fixture), by: OPERATION })
}

const current = (workflowId: string) => ({
  ...{ id: 'op-1', number: 1, workflowId, kind: 'deploy' as const, step: '', startedAt: '2026-01-01T00:00:00Z' },
  revision: 1,
})

function ask({ story }: Fixture, request: { notAfter?: string; kind?: 'rollback' }, started: string[]): void {
  const answers = started.map((workflowId): OperationStarted => ({ operation: 'op', workflowId, revision: 1 }))
  story.asked.push({
    at: 0,
    answers,
    request: { kind: 'deploy', requestId: 'r', notAfter: '2027-01-01T00:00:00Z', ...request },
  })
}

/** Revision 1 was stable, then 2: a rollback has to go to 1. */
function rollback(before: '1' | '3'): Violation[] {
  const fixture = new Fixture()
  fixture.end('succeeded')
  const [one, two] = [fixture.revision, { ...fixture.revision, number: 2, digest: 'two' }]
  const second = fixture.begin(SECOND, 'deploy')
  second.input = { ...second.input, revision: two }
  second.ended = fixture.operation.ended
  fixture.story.ledger = { ...fixture.story.ledger!, stable: 2, desired: 2 }
  const back = fixture.begin('topology/shop/op/3', 'rollback')
  back.input = { ...back.input, revision: before === '1' ? one : { ...two, number: 3, digest: 'three' } }
  ask(fixture, { kind: 'rollback' }, [back.id])
  return violations('atClose', fixture.story, back)
}

/** Green took over in the first place and not in the second. */
function halfSwapped({ dirty, digest }: { dirty: string[]; digest?: string }): Violation[] {
  const fixture = new Fixture()
  const { topology, ...revision } = fixture.revision
  const strategy = { ...topology.strategy, approach: 'blueGreen' as const }
  fixture.operation.input.revision = { ...revision, topology: { ...topology, strategy } }
  const first = fixture.make(1, 'live', 'green')
  if (digest !== undefined) Object.assign(first.labels!, { digest })
  Object.assign(fixture.get('shop-web-1').labels!, { role: 'old' })
  fixture.make(2, 'new', 'green')
  for (const { host, name } of fixture.world.instances.values()) fixture.operation.touched.add(`${host}/${name}`)
  return violations('atClose', fixture.story, fixture.end('held', { dirty }))
}

/** An earlier operation left dirty what it had made and let into the traffic. */
function servesDirty(kind: 'deploy' | 'cleanup'): Violation[] {
  const fixture = new Fixture(kind)
  fixture.operation.input.dirty = ['shop-web-1-green']
  fixture.make(1, 'new', 'green')
  fixture.serve(['shop-web-1-green', 'shop-web-2'])
  return violations('atClose', fixture.story, fixture.end('succeeded'))
}

/** The edge led to it at first; `before`: it was there then. */
function goneAfterUndo({ before }: { before: boolean }): Violation[] {
  return close((f) => {
    f.remove('shop-web-1')
    if (!before) f.operation.before.delete('one/shop-web-1')
    f.serve(['shop-web-2'])
    f.end('rolledBack')
  })
}

function deleted(
  request: { force?: boolean },
  { role, written }: { role: Role; written: number } = { role: 'live', written: 1 },
): Violation[] {
  const fixture = new Fixture()
  Object.assign(fixture.get('shop-web-1').labels!, { role })
  fixture.begin(OPERATION, 'deploy', request)
  const instance = fixture.remove('shop-web-1')
  Object.assign(instance, { stateful: true, data: { ...instance.data, written } })
  return violations('afterEffect', fixture.story, { kind: 'deleted', by: OPERATION, instance })
}

function removedOf(name: string, serving: string[]): Violation[] {
  const fixture = new Fixture()
  fixture.serve(serving)
  return violations('afterEffect', fixture.story, { kind: 'deleted', by: OPERATION, instance: fixture.get(name) })
}

function renamed(tell: (fixture: Fixture) => void): Violation[] {
  const fixture = new Fixture()
  const { revision } = fixture
  const { web, ...rest } = revision.topology.resources
  const topology = { ...revision.topology, resources: { ...rest, site: web! } }
  fixture.operation.input.revision = { ...revision, number: 2, topology, artifacts: revision.artifacts }
  const before = structuredClone(fixture.world.routes('one', 'shop'))
  tell(fixture)
  const now = fixture.world.routes('one', 'shop')
  return violations('afterEffect', fixture.story, { kind: 'routed', by: OPERATION, host: 'one', before, now })
}

function notRestored(left: string[]): Violation[] {
  const fixture = new Fixture('restore', { snapshot: 'pre-deploy-1' })
  const snapshot = { name: 'pre-deploy-1', createdAt: '2025-12-01T00:00:00Z', by: SECOND } as SnapshotState
  const was = fixture.operation.before.get('one/shop-web-1')
  was?.snapshots.push(snapshot)
  fixture.get('shop-web-1').snapshots.push(...[snapshot].filter(({ name }) => left.includes(name)))
  return violations('atClose', fixture.story, fixture.end('rolledBack'))
}

/** The snapshot that is left is of one operation or the other. */
function notUndone(by: string): Violation[] {
  const fixture = new Fixture()
  fixture.get('shop-web-1').snapshots.push({ name: 'pre-deploy-1', by } as SnapshotState)
  const { end } = fixture.end('needsAttention', { code: 'NEEDS_ATTENTION', dirty: ['shop-web-1'] }).ended!
  const error = { code: 'UNREACHABLE', message: 'one does not answer' }
  end!.result.error!.details = { undo: [{ instance: 'shop-web-1', host: 'one', undo: 'restore', error }] }
  return violations('atClose', fixture.story, fixture.operation)
}

function destroyed({ aborted }: { aborted: boolean }): Violation[] {
  const fixture = new Fixture('destroy')
  if (aborted) fixture.operation.abortedAt = fixture.now
  const instance = fixture.remove('shop-web-1')
  return violations('afterEffect', fixture.story, { kind: 'deleted', by: OPERATION, instance })
}

/** @param takenMs - when the snapshot was taken, after the begin of the operation */
function restored(
  lost: number,
  { unheard = [], takenMs = 0 }: { unheard?: string[]; takenMs?: number } = {},
): Violation[] {
  const fixture = new Fixture()
  unheard.forEach((what) => fixture.operation.unheard.add(what))
  const instance = fixture.get('shop-web-1')
  const createdAt = new Date(fixture.operation.startedAt + takenMs).toISOString()
  const snapshot = { name: 'pre-deploy-1', createdAt, by: SECOND } as SnapshotState
  return violations('afterEffect', fixture.story, { kind: 'restored', by: OPERATION, instance, snapshot, lost })
}

function canary(weight: number): Violation[] {
  const fixture = new Fixture()
  Object.assign(fixture.make(1, 'canary', 'canary').labels!, { digest: 'another' })
  fixture.serve(['shop-web-1', 'shop-web-2', 'shop-web-1-canary'], [100, 100, weight])
  return violations('afterEffect', fixture.story, routed())
}

function cleanup(names: string[]): Violation[] {
  const fixture = new Fixture('cleanup')
  Object.assign(fixture.operation.input, { dirty: ['shop-web-2'] })
  Object.assign(fixture.operation, { servingBefore: [] })
  fixture.serve(names)
  return violations('afterEffect', fixture.story, routed())
}

function paused(agoMs: number): Violation[] {
  const fixture = new Fixture()
  fixture.operation.pausedAt = fixture.now - agoMs
  return violations('afterEffect', fixture.story, routed())
}

type Request = Fixture['operation']['input']['request']

const NIGHTLY = { snapshot: 'nightly' }

/** A restart or a snapshot that ended; `meanwhile` is what it did. */
function upkeep(
  kind: 'restart' | 'snapshot',
  request: Partial<Request>,
  meanwhile: (fixture: Fixture) => void,
  { outcome = 'succeeded', ...more }: { outcome?: Outcome; dirty?: string[]; code?: string; message?: string } = {},
): Violation[] {
  const fixture = new Fixture(kind, request)
  // All that is to be started is, at the time of the operation.
  meanwhile(fixture)
  return violations('atClose', fixture.story, fixture.end(outcome, more))
}

const stopped = (fixture: Fixture): void => void (fixture.get('shop-web-1').status = 'Stopped')

/** It alone; the other runs since before. */
const startedAgain =
  (name: string) =>
  (fixture: Fixture): void => {
    fixture.operation.startedAt += 1
    fixture.get(name).app!.since = fixture.operation.startedAt
  }

const snapshotOf =
  (names: string[]) =>
  (fixture: Fixture): void => {
    for (const name of names)
      fixture.get(name).snapshots.push({ name: 'nightly', createdAt: '2026-01-01T00:00:00Z' } as SnapshotState)
  }

function made(kind: 'deploy' | 'snapshot'): Violation[] {
  const fixture = new Fixture(kind)
  return violations('afterEffect', fixture.story, { kind: 'created', by: OPERATION, instance: fixture.make(3) })
}

/** The ledger knows of the end of a restart that left an instance out. */
function afterRestart(changes: { stable?: number; dirty?: string[] }): Violation[] {
  const fixture = new Fixture('restart')
  fixture.end('held', { dirty: ['shop-web-1'] })
  const ended = { number: 1, kind: 'restart' as const, outcome: 'held' as const, revision: 1, operation: 'op-1' }
  const history = [{ ...ended, startedAt: '2026-01-01T00:00:00Z', endedAt: '2026-01-01T00:00:00Z' }]
  fixture.story.ledger = { ...fixture.story.ledger!, history, ...changes }
  return violations('afterTask', fixture.story, LEDGER)
}

/** A restart stops the first instance while these take requests. */
function stopsIn(serving: string[]): Violation[] {
  const fixture = new Fixture('restart')
  fixture.serve(serving)
  const instance = Object.assign(fixture.get('shop-web-1'), { status: 'Stopped' })
  return violations('afterEffect', fixture.story, { kind: 'changed', by: OPERATION, instance })
}

/** A restart takes all others out of the traffic. */
function drainedIn(serving: string[]): Violation[] {
  const fixture = new Fixture('restart', { maxParallel: 1 })
  fixture.serve(serving)
  return violations('afterEffect', fixture.story, routed())
}

/** The deletion of one snapshot of two, named `nightly`, deletes another or that one. */
function withoutSnapshot(gone: string): Violation[] {
  const fixture = new Fixture('snapshot', { ...NIGHTLY, remove: true })
  const both = ['nightly', 'before-upgrade'].map((name) => ({ name }) as SnapshotState)
  fixture.operation.before.get('one/shop-web-1')!.snapshots.push(...both)
  fixture.get('shop-web-1').snapshots.push(...both.filter(({ name }) => name !== gone))
  return violations('atClose', fixture.story, fixture.end('succeeded'))
}

const routed = () => ({ kind: 'routed' as const, by: OPERATION, host: 'one', before: null, now: null })
