import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import type { HistoryEntry, LedgerState } from '../../src/contracts/index.js'
import { ledgerId, noticeWorkflowId, watchWorkflowId } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

/* Between operations an instance that fails its health check is restarted, replaced or told of, as its policy says. */

const CHECK = {
  endpoint: 'http://localhost:4000/health',
  interval: '50ms',
  timeout: '500ms',
  retries: 3,
  minHealthyTime: '50ms',
  deadline: '3s',
}
/** Fails some time after each start. */
const WEARY = '2.0.0'

describe('the unhealthy policy on an emulated host', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, [WEARY]: { health: { failsAfterMs: 4_000 } } })
  })
  afterAll(() => rig.stop())

  async function deployed(
    name: string,
    unhealthy: object | undefined,
    { version = '1.0.0', web = {}, ...top }: { version?: string; web?: object; notify?: object[] } = {},
  ) {
    const strategy = { healthcheck: { ...CHECK, ...(unhealthy === undefined ? {} : { unhealthy }) } }
    const fleet = new Fleet(rig, name, 'rolling', artifacts, { strategy, web, ...top } as never)
    expect(await fleet.deploy(version)).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }

  const untilLedger = (
    fleet: Fleet,
    there: (state: LedgerState) => boolean,
    timeoutMs = 75_000,
  ): Promise<LedgerState> =>
    until(
      async () => {
        const state = await fleet.ledger()
        if (there(state)) return state
        throw new Error(`it never got there: ${JSON.stringify({ ...state, revisions: [] }, null, 1)}`)
      },
      { timeoutMs, everyMs: 20 },
    )
  const automatic = ({ history }: LedgerState): HistoryEntry[] => history.filter((each) => each.automatic === true)
  const words = (state: LedgerState): string[] => automatic(state).map(({ kind, outcome }) => `${kind} ${outcome}`)
  const watch = async (name: string): Promise<string> =>
    rig.env.client.workflow
      .getHandle(watchWorkflowId(name))
      .describe()
      .then(
        ({ status }) => status.name,
        () => 'none',
      )
  const untilWatch = (name: string, wanted: string) =>
    vi.waitFor(async () => expect(await watch(name)).toBe(wanted), { timeout: 60_000 })

  it.concurrent(
    'a sick instance is restarted while the others serve, and is forgotten once it stays well',
    async () => {
      const fleet = await deployed('sick', { restart: 3, within: '2s', then: 'alert' })
      const two = fleet.instance(2)
      await fleet.byHand('stop', two)
      const state = await untilLedger(fleet, (now) => words(now).length === 1)
      expect(automatic(state)).toMatchObject([
        {
          kind: 'restart',
          outcome: 'succeeded',
          reason: `${two} was unhealthy: the instance is stopped, restart 1 of 3 within 2 s`,
        },
      ])
      expect(state.unhealthy).toMatchObject({ 'web/2': { instance: two, restarts: [expect.any(String)] } })
      const serving = (rig.edges.get('sick')?.told ?? [])
        .slice(-3)
        .map(({ pools }) => pools.flatMap(({ servers }) => servers.filter(({ state: how }) => how === 'ready').length))
      expect(serving.every(([count = 0]) => count >= 2)).toBe(true)
      await fleet.expectSettled('1.0.0')
      await rig.env.sleep(2_200)
      await fleet.byHand('stop', two)
      expect(automatic(await untilLedger(fleet, (now) => words(now).length === 2))[1]?.reason).toContain(
        'restart 1 of 3',
      )
    },
  )

  it.concurrent('where most of them fail, one at a time is restarted, and the reason says so', async () => {
    const fleet = await deployed('stopped', { restart: 3, within: '10s' })
    const one = fleet.instance(1)
    await fleet.byHand('stop', one)
    await fleet.byHand('stop', fleet.instance(3))
    const state = await untilLedger(fleet, (now) => words(now).length === 2)
    expect(
      automatic(state).some(({ reason = '' }) =>
        reason.includes('2 of 3 instances of web are unhealthy, so one at a time'),
      ),
    ).toBe(true)
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('restarts that do not help end in a replacement, and that in a message', async () => {
    const fleet = await deployed(
      'weary',
      { restart: 2, within: '14s', then: 'replace' },
      { version: WEARY, web: { replicas: 1 } },
    )
    const [name = ''] = fleet.names()
    const made = fleet.instances()[name]?.createdAt
    const state = await untilLedger(fleet, ({ unhealthy }) => unhealthy?.['web/1']?.toldAt !== undefined)
    // On a busy machine it may fail before a restart has found it healthy.
    expect(automatic(state).map(({ kind }) => kind)).toEqual(['restart', 'restart', 'replace', 'restart', 'restart'])
    expect(automatic(state)[2]?.reason).toBe(
      `${name} was unhealthy: HTTP 500 at http://localhost:4000/health, replaced after 2 restarts within 14 s`,
    )
    expect(fleet.instances()[name]?.createdAt).not.toBe(made)
    const told = rig.edges.get('weary')?.told.flatMap(({ pools }) => pools.flatMap(({ servers }) => servers)) ?? []
    expect(told.filter(({ state: how }) => how === 'drain').length).toBeGreaterThanOrEqual(5)
    expect(state).toMatchObject({ dirty: [], stable: 1, current: null })
    await rig.env.sleep(1_500)
    expect(words(await fleet.ledger())).toHaveLength(5)
    expect(await watch('weary')).toBe('RUNNING')
    // A deploy that helps ends it.
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect((await fleet.ledger()).unhealthy).toBeUndefined()
  })

  it.concurrent('then: alert changes nothing any more, until it is healthy again', async () => {
    const file = join(rig.folder, 'told.json')
    const notify = [{ command: ['sh', '-c', 'cat >> "$0"', file] }]
    const fleet = await deployed('told', { restart: 0, then: 'alert' }, { notify })
    const one = fleet.instance(1)
    await fleet.byHand('stop', one)
    const state = await untilLedger(fleet, ({ unhealthy }) => unhealthy?.['web/1']?.toldAt !== undefined)
    expect(words(state)).toEqual([])
    const { toldAt: at, reason } = state.unhealthy!['web/1']!
    const event = { event: 'unhealthy', topology: 'told', instance: one, reason, at: at! } as const
    await until(() => rig.env.client.workflow.getHandle(noticeWorkflowId(event)).describe())
    await rig.env.client.workflow.getHandle(noticeWorkflowId(event)).result()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(event)
    await untilWatch('told', 'RUNNING')
    await fleet.byHand('start', one)
    await untilLedger(fleet, ({ unhealthy }) => unhealthy?.['web/1']?.wellSince !== undefined)
    expect((await fleet.ledger()).unhealthy?.['web/1']?.toldAt).toBeUndefined()
  })

  it.concurrent('one that does not come up is tried again, and comes back', async () => {
    const fleet = await deployed('refusing', { restart: 3, within: '6s' })
    const two = fleet.instance(2)
    rig.emulator.fault({
      match: { host: 'refusing', instance: two, verb: 'start' },
      fault: { error: 'not authorized' },
    })
    await fleet.byHand('stop', two)
    const state = await untilLedger(fleet, (now) => words(now).length === 2 && now.current === null)
    expect(words(state)).toEqual(['restart held', 'restart succeeded'])
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('an operation of a person goes first', async () => {
    const fleet = await deployed('busy', { restart: 3, within: '10s' })
    const last = fleet.instance(3)
    await untilWatch('busy', 'RUNNING')
    rig.emulator.fault({
      match: { host: 'busy', instance: fleet.instance(1), verb: 'stop' },
      fault: { delayMs: 2_000 },
    })
    const started = await rig.start('busy', { kind: 'restart', names: [fleet.instance(1)] })
    await fleet.byHand('stop', last)
    await fleet.end(started)
    const state = await untilLedger(fleet, (now) => words(now).length === 1 && now.current === null)
    expect(state.history.map(({ kind, automatic: by }) => `${kind}${by === true ? ' by itself' : ''}`)).toEqual([
      'deploy',
      'restart',
      'restart by itself',
    ])
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('a command of a person waits for an automatic restart, instead of being refused', async () => {
    const fleet = await deployed('waits', { restart: 3, within: '10s' })
    await untilWatch('waits', 'RUNNING')
    rig.emulator.fault({
      match: { host: 'waits', instance: fleet.instance(1), verb: 'start' },
      fault: { delayMs: 10_000 },
    })
    const client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    try {
      await fleet.byHand('stop', fleet.instance(1))
      await untilLedger(fleet, ({ current }) => current?.kind === 'restart')
      const reasons: string[] = []
      const run = await client.destroy('waits', { waiting: ({ message }) => reasons.push(message) })
      expect(reasons).toEqual([expect.stringMatching(/^restart of waits \(op-2\) has been in progress for /)])
      expect(await run.result()).toMatchObject({ operation: 'op-3', outcome: 'succeeded' })
    } finally {
      await client.close()
    }
  })

  it.concurrent('destroy ends the watch, and a topology without a policy has none', async () => {
    const fleet = await deployed('gone', { restart: 3 })
    await untilWatch('gone', 'RUNNING')
    await fleet.run({ kind: 'destroy' })
    await untilWatch('gone', 'CANCELLED')
    await deployed('plain', undefined)
    await rig.env.sleep(300)
    expect(await watch('plain')).toBe('none')
  })

  it.concurrent('a watch or a ledger that is terminated leaves none behind, and another one begins', async () => {
    const fleet = await deployed('lost', { restart: 3 })
    await untilWatch('lost', 'RUNNING')
    await rig.env.client.workflow.getHandle(ledgerId('lost')).terminate()
    await untilWatch('lost', 'TERMINATED')
    // The next command goes on from the state of the ledger that is gone.
    expect(await fleet.deploy('1.1.0', {}, { force: true })).toMatchObject({ outcome: 'succeeded' })
    await untilWatch('lost', 'RUNNING')
    await rig.env.client.workflow.getHandle(watchWorkflowId('lost')).terminate()
    await untilWatch('lost', 'TERMINATED')
    await untilWatch('lost', 'RUNNING')
    await fleet.byHand('stop', fleet.instance(1))
    expect(words(await untilLedger(fleet, (now) => words(now).length === 1))).toEqual(['restart succeeded'])
  })
})
