import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../server/payloads.js'
import { NotDeterministic } from '../server/run.js'
import type { Sandbox } from '../server/sandbox.js'
import type { Answer } from '../server/server.js'
import { openStage, Stage, type Script } from './stage.js'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openStage()
})
afterAll(() => sandbox.destroy())

describe('an activity', () => {
  const retry = { initialInterval: 1_000, backoffCoefficient: 2, maximumAttempts: 4 }
  const cases: [string, Script, object, string, number[]][] = [
    ['ends well', {}, {}, 'done', [0.5]],
    ['is tried again, with pauses that grow', { throws: ['X', 'X', null] }, { retry }, 'done', [0.5, 2, 4.5]],
    [
      'is given up after its last attempt',
      { throws: ['X', 'X', 'X', 'X'] },
      { retry: { ...retry, maximumAttempts: 2 } },
      'activity failed: X: as scripted[]',
      [0.5, 2],
    ],
    [
      'is not tried again when that is no use',
      { throws: ['!X'] },
      { retry },
      'activity failed: X: as scripted[]',
      [0.5],
    ],
    [
      'is not tried again for an error that is named so',
      { throws: ['X'] },
      { retry: { ...retry, nonRetryableErrorTypes: ['X'] } },
      'activity failed: X: as scripted[]',
      [0.5],
    ],
    [
      'is not tried again when its whole time would be over by then',
      { throws: ['X', 'X', 'X'] },
      { retry, scheduleToCloseTimeout: 4_000 },
      'activity failed: X: as scripted[]',
      [0.5, 2],
    ],
    [
      'is over with its whole time',
      { takesMs: 5_000 },
      { scheduleToCloseTimeout: 2_000 },
      'activity failed: timeout SCHEDULE_TO_CLOSE',
      [],
    ],
  ]
  it.each(cases)('%s', async (_what, script, options, result, did) => {
    const stage = new Stage(sandbox, script)
    expect(await stage.result('oneActivity', options)).toBe(result)
    expect(stage.did.filter((at) => at <= 6)).toEqual(did)
  })

  it('that takes longer than an attempt may is tried again', async () => {
    const stage = new Stage(sandbox, { takesMs: 20_000 })
    const options = { startToCloseTimeout: 3_000, retry: { ...retry, maximumAttempts: 2 } }
    expect(await stage.result('oneActivity', options)).toBe('activity failed: timeout START_TO_CLOSE')
    expect(stage.seconds).toBe(7)
  })

  it('whose answer is lost does its work again', async () => {
    const stage = new Stage(sandbox, {}, { faults: { answerLost: 1 } })
    const options = { heartbeatTimeout: 2_000, retry: { ...retry, maximumAttempts: 2 } }
    expect(await stage.result('oneActivity', options)).toBe('activity failed: timeout HEARTBEAT')
    expect(stage.did).toHaveLength(2)
  })

  it('that the worker dies in is tried again when there is one', async () => {
    const stage = new Stage(sandbox, { takesMs: 4_000 })
    stage.server.agenda.add(stage.server.now + 1_000, '', () => stage.server.workerAway(60_000))
    expect(await stage.result('oneActivity', { heartbeatTimeout: 2_000 })).toBe('done')
    expect(stage.seconds).toBe(65)
  })

  it('that was never sent is cancelled at once, and does nothing', async () => {
    const stage = new Stage(sandbox)
    expect(await stage.result('cancelledAtOnce')).toBe('activity cancelled: CancelledFailure')
    expect(stage.did).toEqual([])
  })

  const cancels = async (type: string): Promise<{ how: string; afterMs: number; did: number[] }[]> => {
    const found = []
    for (let seed = 1; seed <= 30; seed += 1) {
      const stage = new Stage(sandbox, { takesMs: 5_000 }, { seed })
      found.push({
        ...((await stage.result('cancelledActivity', type)) as { how: string; afterMs: number }),
        did: stage.did,
      })
    }
    return found
  }

  it('that is waited for is cancelled in time, or half, or too late', async () => {
    const found = await cancels('WAIT_CANCELLATION_COMPLETED')
    const inTime = found.filter(({ how }) => how !== 'done')
    expect(inTime.map(({ did }) => did.length)).toEqual(expect.arrayContaining([0, 1]))
    expect(inTime.every(({ afterMs }) => afterMs <= 1_500)).toBe(true)
    expect(found).toContainEqual({ how: 'done', afterMs: 4_000, did: [5] })
  })

  it('that is not waited for is cancelled at once, and may do its work all the same', async () => {
    const found = await cancels('TRY_CANCEL')
    expect(found.every(({ how, afterMs }) => how === 'activity cancelled: CancelledFailure' && afterMs === 0)).toBe(
      true,
    )
    expect(new Set(found.map(({ did }) => did.length))).toEqual(new Set([0, 1]))
  })

  it('that is abandoned goes on to its end', async () => {
    const found = await cancels('ABANDON')
    expect(
      found.every(({ how, did }) => how === 'activity cancelled: CancelledFailure' && did.length === 1 && did[0]! >= 5),
    ).toBe(true)
  })
})

describe('a child workflow', () => {
  const run = async (how: string, meanwhile: (stage: Stage) => void = () => {}): Promise<unknown> => {
    const stage = new Stage(sandbox)
    stage.server.agenda.add(stage.server.now + 1_000, '', () => meanwhile(stage))
    return stage.result('parent', { how, id: 'a-child' })
  }

  it('completes', async () => expect(await run('completes')).toBe('completed'))
  it('fails with its own failure', async () =>
    expect(await run('fails')).toBe('child failed: OWN: it failed[{"code":"OWN"}]'))
  it('is cancelled by a person', async () =>
    expect(await run('waits', ({ server }) => void server.cancel('a-child'))).toBe('child cancelled: CancelledFailure'))
  it('is terminated by a person', async () =>
    expect(await run('waits', ({ server }) => void server.terminate('a-child'))).toBe(
      'child failed: TerminatedFailure',
    ))
  it('whose id is taken does not start', async () => {
    const stage = new Stage(sandbox)
    stage.start('child', 'a-child', 'waits')
    expect(await stage.result('parent', { how: 'completes', id: 'a-child' })).toBe(
      'WorkflowExecutionAlreadyStartedError',
    )
  })

  it.each([
    ['WAIT_CANCELLATION_COMPLETED', false],
    ['TRY_CANCEL', false],
    ['ABANDON', true],
  ])('cancelled by its parent with %s', async (type, isOpen) => {
    const stage = new Stage(sandbox)
    expect(await stage.result('parentThatCancels', type)).toBe('child cancelled: CancelledFailure')
    expect(stage.server.isOpen('a-child')).toBe(isOpen)
  })

  it.each([
    ['ABANDON', true],
    ['TERMINATE', false],
    ['REQUEST_CANCEL', false],
  ])('of a parent that ends, with %s', async (policy, isOpen) => {
    const stage = new Stage(sandbox)
    await stage.result('parentThatLeaves', policy)
    expect(stage.server.isOpen('a-child')).toBe(isOpen)
  })
})

describe('a workflow', () => {
  it('takes signals and updates, and refuses by its validator', async () => {
    const stage = new Stage(sandbox)
    const answers: Answer[] = []
    stage.start('counter', 'it')
    stage.server.signal('it', 'ping', [encode('abc')])
    await stage.run()
    for (const by of [5, -1, 2]) {
      stage.server.update('it', 'count', by, { id: `u${by}`, answered: (answer) => answers.push(answer) })
      await stage.run()
    }
    expect(answers.map((answer) => (answer.ok ? answer.value : answer.failure?.message))).toEqual([
      8,
      'only upwards',
      10,
    ])
    await stage.server.workerDied()
    expect(await stage.server.query('it', 'total')).toBe(10)
  })

  it('is not told of an update twice', async () => {
    const stage = new Stage(sandbox)
    stage.start('counter', 'it')
    for (let i = 0; i < 2; i += 1) {
      stage.server.update('it', 'count', 5, { id: 'same', answered: () => {} })
      await stage.run()
    }
    expect(await stage.server.query('it', 'total')).toBe(5)
  })

  it('continues as new with what it counted', async () => {
    const stage = new Stage(sandbox, {}, { faults: { continueAsNew: 0.5 } })
    stage.start('counter', 'it')
    for (let i = 0; i < 10; i += 1) {
      stage.server.update('it', 'count', 1, { id: `u${i}`, answered: () => {} })
      await stage.run(3)
    }
    await stage.run(1)
    expect(stage.server.trace.join('\n')).toContain('it continues as new')
    expect(await stage.server.query('it', 'total')).toBe(10)
  })

  it.each(['signals', 'cancels'])('%s another, or learns that there is none', async (type) => {
    const stage = new Stage(sandbox)
    stage.start('counter', 'other')
    await stage.run()
    expect(await stage.result(type, 'other')).toBe('delivered')
    expect(await new Stage(sandbox).result(type, 'nobody')).toMatch(/^ExternalWorkflowNotFound|^ApplicationFailure/)
  })

  it('keeps its patches in a replay', async () => {
    const stage = new Stage(sandbox)
    stage.start('withPatch', 'one')
    await stage.run(1)
    await stage.server.workerDied()
    await stage.run()
    expect(stage.ends.get('one')).toBe(true)
  })

  it('that does something else in a replay is caught', async () => {
    const stage = new Stage(sandbox)
    stage.start('notDeterministic', 'one')
    await stage.run(1)
    await stage.server.workerDied()
    await expect(stage.run()).rejects.toThrow(NotDeterministic)
  })

  it('whose code throws what is no failure is caught', async () => {
    const stage = new Stage(sandbox)
    stage.start('throwsInTask', 'one')
    await expect(stage.run()).rejects.toThrow('one: a workflow task fails: a bug')
  })

  it('is told of all that happened while no worker was there in one task', async () => {
    const stage = new Stage(sandbox)
    stage.start('oneActivity', 'it', { scheduleToCloseTimeout: 30_000 })
    await stage.run(1)
    await stage.server.workerAway(60_000)
    stage.server.signal('it', 'ping', [])
    await stage.run()
    expect(stage.server.trace.at(-2)).toContain('it <- signalWorkflow ping, resolveActivity 1 failed')
    expect(stage.ends.get('it')).toBe('activity failed: timeout SCHEDULE_TO_CLOSE')
  })
})
