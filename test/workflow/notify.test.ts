import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { temporal } from '@temporalio/proto'
import { Worker } from '@temporalio/worker'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  ledgerId,
  renewLedger,
  TASK_QUEUE,
  WorkflowType,
  type Announcement,
  type OperationEnded,
} from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { sealSystemSecrets } from '../../src/secrets/topology-secrets.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig, topologyOf } from '../support/rig.js'
import { workflowBundle } from '../support/bundle.js'
import { shop } from '../support/shop.js'
import { signing, TEST_KEY } from '../support/signing.js'

/* Who is told how operations end, by a webhook of the test's own and by a command. 2.0.0 never gets healthy. */

interface Told {
  path: string
  key: unknown
  event: OperationEnded
}

describe('notifiers', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  let server: Server
  const told: Told[] = []
  /** Path of the hook to what it answers, in turn; 204 when there is nothing left. */
  const answers = new Map<string, number[]>()
  let isDown = false
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-notify-'))

  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '2.0.0': { health: 'never' } })
    server = createServer((request, response) => {
      const path = request.url ?? ''
      void text(request).then((body) => {
        told.push({ path, key: request.headers['idempotency-key'], event: JSON.parse(body) as OperationEnded })
        const status = path === '/down' && isDown ? 503 : (answers.get(path)?.shift() ?? 204)
        response.writeHead(status).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
    await rig.stop()
  })

  const hook = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}`
  const fleet = (name: string, notify?: unknown[]) =>
    new Fleet(rig, name, 'recreate', artifacts, {
      ...(notify === undefined ? {} : { notify }),
      web: { replicas: 1 },
      strategy: { healthcheck: QUICK },
    })
  const toldAt = (path: string): Told[] => told.filter((each) => each.path === `/${path}`)
  const notice = (name: string, number: number) =>
    rig.env.client.workflow.getHandle(`topology/${name}/op/${number}/notify`)
  /** A ledger begins it once it has heard of the end. */
  const toldOf = (name: string, number: number): Promise<unknown> =>
    vi.waitFor(() => notice(name, number).result(), { timeout: 20_000 })
  const statusOf = (name: string, number: number): Promise<string> =>
    notice(name, number)
      .describe()
      .then(
        ({ status }) => status.name,
        () => 'absent',
      )
  const ledgerHistory = (name: string) => rig.env.client.workflow.getHandle(ledgerId(name)).fetchHistory()

  it('are told once of what did not go well, or of what they ask for', async () => {
    const file = join(folder, 'told.json')
    const some = fleet('some', [
      { webhook: hook('some') },
      { command: ['sh', '-c', 'cat >> "$0"', file], on: ['succeeded'] },
    ])
    expect((await some.deploy('1.0.0')).outcome).toBe('succeeded')
    await toldOf('some', 1)
    expect(toldAt('some')).toEqual([])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ operation: 'op-1', outcome: 'succeeded' })
    expect((await some.deploy('2.0.0')).outcome).toBe('rolledBack')
    await toldOf('some', 2)
    expect(toldAt('some')).toEqual([
      {
        path: '/some',
        key: 'topology/some/op/2',
        event: expect.objectContaining({
          event: 'operationEnded',
          topology: 'some',
          number: 2,
          kind: 'deploy',
          outcome: 'rolledBack',
          revision: 2,
          versions: ['shop@2.0.0'],
          reason: expect.objectContaining({ code: 'UNHEALTHY' }) as unknown,
          next: 'cul8er history some',
        }) as unknown,
      },
    ])
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1)
  })

  it('hear it again with the same key when they do not take it', async () => {
    answers.set('/flaky', [500])
    expect((await fleet('flaky', [{ webhook: hook('flaky') }]).deploy('2.0.0')).outcome).toBe('rolledBack')
    await toldOf('flaky', 1)
    const tries = toldAt('flaky')
    expect(tries.map(({ key }) => key)).toEqual(['topology/flaky/op/1', 'topology/flaky/op/1'])
    expect(tries[1]?.event).toEqual(tries[0]?.event)
  })

  it('that are down hold up neither the ledger nor its renewal, and hear it when they are back', async () => {
    isDown = true
    const down = fleet('down', [{ webhook: hook('down'), on: ['succeeded', 'rolledBack'] }])
    expect((await down.deploy('1.0.0')).outcome).toBe('succeeded')
    expect(await statusOf('down', 1)).toBe('RUNNING')
    const ledger = rig.env.client.workflow.getHandle(ledgerId('down'))
    const { runId } = await ledger.describe()
    await ledger.signal(renewLedger)
    while ((await ledger.describe()).runId === runId) await rig.env.sleep(20)
    expect((await down.deploy('1.1.0')).outcome).toBe('succeeded')
    expect([await statusOf('down', 1), await statusOf('down', 2)]).toEqual(['RUNNING', 'RUNNING'])
    isDown = false
    await Promise.all([toldOf('down', 1), toldOf('down', 2)])
    expect(new Set(toldAt('down').map(({ event }) => event.operation))).toEqual(new Set(['op-1', 'op-2']))
  })

  it('that cannot be told are given up, by name and without their URL', async () => {
    const secret = { secret: { from: 'file', key: '/absent/hook' } }
    const lost = fleet('lost', [{ webhook: secret }, { webhook: hook('lost') }])
    expect((await lost.deploy('2.0.0')).outcome).toBe('rolledBack')
    const error = (await toldOf('lost', 1).catch((thrown: unknown) => thrown)) as { cause: Error }
    expect(error.cause.message).toMatch(/^1 of 2 could not be told: webhook of the secret \/absent\/hook \(file\): .+/)
    expect(toldAt('lost')).toHaveLength(1)
    expect((await lost.deploy('1.0.0')).outcome).toBe('succeeded')
  })

  it('have their URL from a sealed secret, which is nowhere else', async () => {
    const url = hook('sealed-s3cret')
    const notify = [{ webhook: { secret: { from: 'system', key: 'HOOK' } } }]
    const declared = { name: 'sealed', host: 'sealed', notify, web: { replicas: 1 }, strategy: { healthcheck: QUICK } }
    const topology = topologyOf(shop('2.0.0', declared))
    const { sealed, missing } = sealSystemSecrets(topology, { HOOK: url }, TEST_KEY)
    expect(missing).toEqual([])
    const revision = { ...rig.revision(topology, artifacts), sealed }
    expect((await rig.run('sealed', { kind: 'deploy', revision })).outcome).toBe('rolledBack')
    await toldOf('sealed', 1)
    expect(toldAt('sealed-s3cret')).toHaveLength(1)
    for (const history of [await ledgerHistory('sealed'), await notice('sealed', 1).fetchHistory()]) {
      const bytes = Buffer.from(temporal.api.history.v1.History.encode(history).finish())
      expect([bytes.includes('"HOOK"'), bytes.includes('s3cret')]).toEqual([true, false])
    }
  })

  it('are told by one workflow at most, whoever asks for it again', async () => {
    const args: [Announcement] = [
      {
        event: { event: 'unhealthy', topology: 'once', instance: 'x', reason: 'y', at: 'z' },
        to: [],
      },
    ]
    const workflowId = 'topology/once/op/1/notify'
    await rig.env.client.workflow.execute(WorkflowType.notify, { workflowId, taskQueue: TASK_QUEUE, args })
    const once = fleet('once', [{ webhook: hook('once') }])
    expect((await once.deploy('2.0.0')).outcome).toBe('rolledBack')
    expect((await once.deploy('2.0.0')).outcome).toBe('rolledBack')
    await toldOf('once', 2)
    expect(toldAt('once').map(({ event }) => event.operation)).toEqual(['op-2'])
  })

  it.each(['some', 'once'])('a ledger that told replays: %s', async (name) => {
    const history = await ledgerHistory(name)
    const options = { workflowBundle: await workflowBundle(), dataConverter: signing('worker') }
    await expect(Worker.runReplayHistory(options, history, ledgerId(name))).resolves.toBeUndefined()
  })

  it('without any, nothing is in the history that was not there before', async () => {
    await fleet('nobody').deploy('2.0.0')
    const { events = [] } = await ledgerHistory('nobody')
    expect(await statusOf('nobody', 1)).toBe('absent')
    expect(events?.filter((event) => event.markerRecordedEventAttributes != null)).toEqual([])
  })
})

const QUICK = {
  endpoint: 'http://localhost:4000/health',
  interval: '50ms',
  timeout: '1s',
  retries: 2,
  minHealthyTime: '50ms',
  deadline: '2s',
}
