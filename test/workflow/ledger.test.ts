import { operationOfSnapshot } from '../../src/naming/snapshot-names.js'
import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withLedger } from '../../src/ledgers/find.js'
import { Cul8er } from '../../src/client/index.js'
import { ledgerId, progress, startOperation, type OperationStarted } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { tarball } from '../support/tarballs.js'
import { until } from '../support/until.js'

/* What becomes of a topology's ledger: cancelled, terminated, lost, replaced by a file. */

describe('the ledger of a topology', { timeout: 150_000 }, () => {
  let rig: Rig
  let client: Cul8er
  beforeAll(async () => {
    rig = await Rig.start()
    await mkdir(join(rig.folder, 'releases'))
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
      const emulated = JSON.stringify({ version, port: 4000 })
      const { bytes } = await tarball({ 'bin/shop': '#!/bin/sh\n', 'emulated.json': emulated })
      await writeFile(join(rig.folder, 'releases', `shop-${version}.tar.gz`), bytes)
    }
    client = await Cul8er.connect({
      address: rig.env.address,
      home: rig.folder,
      typed: { directory: '/work', options: ['--force'] },
    })
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const declared = (name: string, version: string, over: Parameters<typeof shop>[1] = {}) =>
    shop(version, { name, host: name, web: { replicas: 2 }, ...over }) as never
  const start = (name: string, version: string, options: { force?: boolean } = {}, over = {}) =>
    client.deploy(declared(name, version, over), { directory: rig.folder, ...options })
  const deploy = async (name: string, version: string, options: { force?: boolean } = {}, over = {}) => {
    const result = await (await start(name, version, options, over)).result()
    expect({ outcome: result.outcome, error: result.error }).toEqual({ outcome: 'succeeded', error: undefined })
    return result
  }
  const handle = (name: string) => rig.env.client.workflow.getHandle(ledgerId(name))
  const words = async (name: string) =>
    (await client.history(name)).map(
      ({ operation, kind, revision, outcome }) => `${operation} ${kind} ${revision} ${outcome}`,
    )
  const snapshots = async (name: string) => [...new Set((await client.snapshots(name)).map((each) => each.name))].sort()
  /** A deploy whose installs take long enough to do something meanwhile. */
  const slowly = async (name: string, version: string): Promise<OperationStarted> => {
    rig.emulator.fault({ match: { host: name, verb: 'cul8er-install' }, fault: { delayMs: 1_500 } })
    const run = await start(name, version)
    const { operation, workflowId, revision } = run
    const operationHandle = rig.env.client.workflow.getHandle(workflowId)
    while (!(await operationHandle.query(progress)).step.startsWith('install')) await rig.env.sleep(20)
    return { operation, workflowId, revision }
  }

  it('remembers who asked, from where and how', async () => {
    await deploy('asked', '1.0.0')
    expect((await client.history('asked'))[0]?.by).toEqual({
      who: expect.stringMatching(/^[^@]+@[^@]+$/) as string,
      directory: '/work',
      options: ['--force'],
    })
  })

  it('goes on when it is cancelled, and still keeps the ttl', async () => {
    await deploy('cancelled', '1.0.0', {}, { ttl: '1h' })
    await handle('cancelled').cancel()
    await deploy('cancelled', '1.1.0', {}, { ttl: '1h' })
    expect((await handle('cancelled').describe()).status.name).toBe('RUNNING')
    expect(await words('cancelled')).toEqual(['op-1 deploy 1 succeeded', 'op-2 deploy 2 succeeded'])
    await client.setTtl('cancelled', 500)
    await until(async () => (await client.history('cancelled')).length >= 3, { timeoutMs: 20_000 })
    expect((await words('cancelled')).at(-1)).toBe('op-3 destroy 2 succeeded')
  })

  it('ends when it is cancelled and nothing is there; the next one counts on, without the history', async () => {
    await deploy('gone', '1.0.0')
    await (await client.destroy('gone')).result()
    await handle('gone').cancel()
    await handle('gone').result()
    expect(await deploy('gone', '1.0.0')).toMatchObject({ operation: 'op-3', revision: 2 })
    expect(await words('gone')).toEqual(['op-3 deploy 2 succeeded'])
  })

  it('is gone on from when it was terminated: history, numbers, snapshots, ttl', async () => {
    await deploy('terminated', '1.0.0', {}, { ttl: '1h' })
    await deploy('terminated', '1.1.0', {}, { ttl: '1h' })
    await handle('terminated').terminate('a test')
    expect(await client.topologies()).toContain('terminated')
    await client.setTtl('terminated', 7_200_000)
    expect((await client.status('terminated')).ttl).not.toBeNull()
    await deploy('terminated', '1.2.0')
    expect(await words('terminated')).toEqual([
      'op-1 deploy 1 succeeded',
      'op-2 deploy 2 succeeded',
      'op-3 deploy 3 succeeded',
    ])
    expect((await snapshots('terminated')).map(operationOfSnapshot)).toEqual([2, 3])
    expect(await (await client.rollback('terminated')).result()).toMatchObject({ outcome: 'succeeded', revision: 2 })
  })

  it('terminated while an operation runs: the next one waits for that one', async () => {
    await deploy('adopted', '1.0.0')
    await slowly('adopted', '1.1.0')
    await handle('adopted').terminate('a test')
    await expect(start('adopted', '1.2.0')).rejects.toMatchObject({
      code: 'OPERATION_IN_PROGRESS',
      details: { operation: 'op-2' },
    })
    const run = await client.deploy(declared('adopted', '1.2.0'), { directory: rig.folder, wait: true })
    expect(await run.result()).toMatchObject({ outcome: 'succeeded', operation: 'op-3' })
    expect(await words('adopted')).toEqual([
      'op-1 deploy 1 succeeded',
      'op-2 deploy 2 succeeded',
      'op-3 deploy 3 succeeded',
    ])
  })

  it('terminated while an operation ran that has ended: its end is in the history', async () => {
    await deploy('missed', '1.0.0')
    const run = await slowly('missed', '1.1.0')
    await handle('missed').terminate('a test')
    expect(await rig.end(run)).toMatchObject({ outcome: 'succeeded' })
    await deploy('missed', '1.2.0')
    expect(await words('missed')).toEqual([
      'op-1 deploy 1 succeeded',
      'op-2 deploy 2 succeeded',
      'op-3 deploy 3 succeeded',
    ])
  })

  it('terminated with its operation: what that changed is dirty', async () => {
    await deploy('both', '1.0.0')
    const run = await slowly('both', '1.1.0')
    await handle('both').terminate('a test')
    await rig.env.client.workflow.getHandle(run.workflowId).terminate('a test')
    await deploy('both', '1.2.0')
    expect(await words('both')).toEqual([
      'op-1 deploy 1 succeeded',
      'op-2 deploy 2 needsAttention',
      'op-3 deploy 3 succeeded',
    ])
  })

  it('lost for good: nothing happens unasked, and no number repeats, not after an older import either', async () => {
    await deploy('lost', '1.0.0')
    await deploy('lost', '1.1.0')
    await deploy('older', '1.0.0')
    const state = await client.exportState('older')
    await deploy('older', '1.1.0')
    await Promise.all([deploy('found', '1.0.0'), deploy('partly', '1.0.0')])
    // The server takes 20 s for it.
    await Promise.all(['lost', 'older', 'found', 'partly'].map(forget))
    await expect(client.rollback('lost')).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
    await expect(start('lost', '1.2.0')).rejects.toMatchObject({
      code: 'STATE_LOST',
      message: expect.stringContaining('up to operation 2, revision 2 (lost-web-1, lost-web-2)') as string,
      hint: expect.stringContaining('cul8er state import FILE') as string,
    })
    expect(await snapshots('lost').catch(() => [])).toEqual([])
    expect(await deploy('lost', '1.2.0', { force: true })).toMatchObject({ operation: 'op-3', revision: 3 })
    expect((await snapshots('lost')).map(operationOfSnapshot)).toEqual([2, 3])
    await client.importState(JSON.parse(JSON.stringify(state)))
    expect(await deploy('older', '1.2.0')).toMatchObject({ operation: 'op-3', revision: 3 })
    expect((await snapshots('older')).map(operationOfSnapshot)).toEqual([2, 3])
    await rebuildFound()
    await rebuildPartly()
  })

  const find = (name: string, version: string, force = false) =>
    client.findState(declared(name, version), { directory: rig.folder, force })
  const plan = async (name: string, version: string) =>
    (await client.plan(declared(name, version), { directory: rig.folder })).plan

  /** With the file that was deployed last everything goes on as if nothing had been lost, but for what is on no host. */
  async function rebuildFound(): Promise<void> {
    await expect(find('found', '1.2.0')).rejects.toMatchObject({
      code: 'STATE_LOST',
      message: expect.stringContaining('none of 2 instances of found agrees with the file') as string,
    })
    const serving = rig.edges.get('found')?.serving('found')
    const state = await find('found', '1.0.0')
    expect(state.found).toMatchObject({ changes: [], numbers: { operation: 1, revision: 1 } })
    expect(state.found.instances.map(({ name, role, release }) => [name, role, release])).toEqual([
      ['found-web-1', 'live', 'shop@1.0.0'],
      ['found-web-2', 'live', 'shop@1.0.0'],
    ])
    await client.rebuildState(state)
    expect(await plan('found', '1.0.0')).toMatchObject({ empty: true, changes: [] })
    expect(await client.state('found')).toMatchObject({ desired: 1, stable: 1, dirty: [], history: [] })
    expect(rig.edges.get('found')?.serving('found')).toEqual(serving)
    await expect(find('found', '1.0.0')).rejects.toMatchObject({ code: 'STATE_NEWER' })
    expect((await find('found', '1.0.0', true)).found.changes).toEqual([])
    expect(await deploy('found', '1.1.0')).toMatchObject({ operation: 'op-2', revision: 2 })
    expect(await (await client.rollback('found')).result()).toMatchObject({ outcome: 'succeeded', revision: 1 })
  }

  /** What somebody changed meanwhile is drift, and no part of the stable revision. */
  async function rebuildPartly(): Promise<void> {
    await rig.emulator.execute('partly', ['config', 'set', 'partly-web-2', 'limits.cpu=1'])
    const state = await find('partly', '1.0.0')
    expect(state.found.changes.map(({ instance }) => instance)).toEqual(['partly-web-2'])
    await client.rebuildState(state)
    expect(await client.state('partly')).toMatchObject({ stable: 2 })
    expect((await plan('partly', '1.0.0')).changes).toMatchObject([{ instance: 'partly-web-2', drift: true }])
    const { instances } = await client.status('partly')
    expect(instances.map(({ drift }) => drift)).toEqual([[], ['limits.cpu is "1", should be unset']])
    await deploy('partly', '1.0.0')
    expect(await plan('partly', '1.0.0')).toMatchObject({ empty: true })
  }

  /** As when the server's retention is over. */
  async function forget(name: string): Promise<void> {
    const { workflowService } = rig.env.client
    await handle(name).terminate('a test')
    const workflowExecution = { workflowId: ledgerId(name) }
    await workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution })
    for (;;) {
      try {
        await handle(name).describe()
      } catch {
        return
      }
      await rig.env.sleep(50)
    }
  }

  it('an import whose ttl has passed destroys nothing, and says so', async () => {
    await deploy('import', '1.0.0')
    const state = await client.state('import')
    const past = '2026-01-01T00:00:00Z'
    const old = { ...state, expiresAt: past, standby: { names: ['import-web-1-blue'], until: past } }
    expect(await client.importState(old, { trust: true })).toEqual({
      revisions: 1,
      notes: [
        expect.stringContaining('its ttl has passed, but it is not destroyed') as string,
        expect.stringContaining('standby set (import-web-1-blue) has passed') as string,
      ],
    })
    await rig.env.sleep(1_000)
    expect(await client.state('import')).toEqual(state)
  })

  it('an import that is no state is refused, and the ledger goes on', async () => {
    await deploy('broken', '1.0.0')
    const { history: _history, ...rest } = await client.state('broken')
    await expect(client.importState(rest, { trust: true })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('history: found nothing') as string,
    })
    // Past the client, too.
    const raw = handle('broken').executeUpdate('importState', { args: [{ state: rest }] })
    await expect(raw).rejects.toMatchObject({ cause: { type: 'USAGE' } })
    await deploy('broken', '1.1.0')
  })

  it('an older state replaces a newer one only by force', async () => {
    await deploy('newer', '1.0.0')
    const state = await client.exportState('newer')
    await deploy('newer', '1.1.0')
    await expect(client.importState(state)).rejects.toMatchObject({ code: 'STATE_NEWER' })
    expect(await client.importState(state, { force: true })).toEqual({ revisions: 1 })
    expect(await client.state('newer')).toMatchObject({ stable: 1, lastOperation: 2, lastRevision: 2 })
    expect(await deploy('newer', '1.2.0')).toMatchObject({ operation: 'op-3', revision: 3 })
  })

  it('an import while an operation runs is refused', async () => {
    await deploy('busy', '1.0.0')
    const state = await client.exportState('busy')
    const run = await slowly('busy', '1.1.0')
    await expect(client.importState(state, { force: true })).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS' })
    await rig.end(run)
  })

  it('a rollback goes to what was stable before, in time', async () => {
    await deploy('time', '1.0.0')
    await deploy('time', '1.1.0')
    await (await client.rollback('time')).result()
    await deploy('time', '1.2.0')
    expect(await (await client.rollback('time')).result()).toMatchObject({ outcome: 'succeeded', revision: 1 })
  })

  it('a request asked twice starts one operation, whenever the second one comes', async () => {
    const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
    const revision = rig.revision(topologyOf(declared('twice', '1.0.0')), artifacts)
    const notAfter = new Date(Date.now() + 60_000).toISOString()
    const request = { kind: 'deploy' as const, requestId: randomUUID(), notAfter, revision }
    const ask = () =>
      rig.env.client.workflow.executeUpdateWithStart(startOperation, {
        startWorkflowOperation: withLedger('twice'),
        args: [request],
      })
    const first = await ask()
    expect(await ask()).toEqual(first)
    await rig.end(first)
    await rig.idle('twice')
    expect(await ask()).toEqual(first)
    expect(await client.history('twice')).toHaveLength(1)
  })
})
