import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er, type RunEvent } from '../../src/client/index.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { tarball } from '../support/tarballs.js'

/* What programs say, from one deploy to the last: the steps build on each other. */

describe('the client', () => {
  let rig: Rig
  let client: Cul8er
  let directory: string

  beforeAll(async () => {
    rig = await Rig.start()
    directory = rig.folder
    await mkdir(join(directory, 'releases'))
    for (const [version, app] of Object.entries({ '1.0.0': {}, '1.1.0': {}, '9.0.0': { health: 'never' } })) {
      const emulated = JSON.stringify({ version, port: 4000, ...app })
      const { bytes } = await tarball({ 'bin/shop': '#!/bin/sh\n', 'emulated.json': emulated })
      await writeFile(join(directory, 'releases', `shop-${version}.tar.gz`), bytes)
    }
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const declared = (version: string, over: Parameters<typeof shop>[1] = {}) =>
    shop(version, { web: { replicas: 2 }, ...over }) as never
  const releases = () => Object.values(rig.instances()).map(({ release }) => release)

  it('plans, saves the plan, and deploys what it says', async () => {
    const plan = await client.plan(declared('1.0.0'), { directory })
    expect(plan.plan.changes.map(({ action, instance }) => `${action} ${instance}`)).toEqual([
      'create shop-web-1',
      'create shop-web-2',
    ])
    const { commands } = await client.dryRun(declared('1.0.0'), { directory })
    expect(commands.filter(({ step }) => step === 'create').map(({ args }) => args?.slice(0, 2))).toEqual([
      ['launch', '--quiet'],
      ['launch', '--quiet'],
    ])
    expect(rig.instances()).toEqual({})
    const run = await client.deploy(declared('1.0.0'), { directory, plan })
    expect(run).toMatchObject({ topology: 'shop', operation: 'op-1', revision: 1, workflowId: 'topology/shop/op/1' })
    const events: RunEvent[] = []
    for await (const event of run.events()) events.push(event)
    expect(events.at(-1)).toMatchObject({ type: 'ended', result: { outcome: 'succeeded' } })
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['planned', 'step', 'ended']))
    expect(releases()).toEqual(['shop@1.0.0', 'shop@1.0.0'])
  })

  it('refuses the same plan later: the world has moved', async () => {
    const plan = await client.plan(declared('1.1.0'), { directory })
    await rig.emulator.execute('one', ['config', 'set', 'shop-web-1', 'limits.cpu=1'])
    const run = await client.deploy(declared('1.1.0'), { directory, plan })
    expect(await run.result()).toMatchObject({ outcome: 'failed', error: { code: 'STALE_PLAN' } })
    expect(releases()).toEqual(['shop@1.0.0', 'shop@1.0.0'])
  })

  it('shows what is where, and what drifted', async () => {
    const status = await client.status('shop')
    expect(status).toMatchObject({ healthy: true, operation: null, ttl: null, revision: { stable: 1 } })
    expect(status.instances.map(({ name, state, version, health }) => [name, state, version, health])).toEqual([
      ['shop-web-1', 'Running', '1.0.0', 'healthy'],
      ['shop-web-2', 'Running', '1.0.0', 'healthy'],
    ])
    expect(status.instances.map(({ drift }) => drift)).toEqual([['limits.cpu is "1", should be unset'], []])
    await rig.emulator.execute('one', ['delete', '--force', 'shop-web-2'])
    const after = await client.status('shop')
    expect(after.healthy).toBe(false)
    expect(after.instances.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'shop-web-1 Running',
      'shop-web-2 Missing',
    ])
  })

  it('updates, with snapshots to go back to', async () => {
    const deploy = async (version: string) => (await client.deploy(declared(version), { directory })).result()
    expect(await deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    expect(await deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    const snapshots = await client.snapshots('shop')
    const last = snapshots.at(-1)?.name ?? ''
    expect(snapshots.filter(({ name }) => name === last).map(({ instance }) => instance)).toEqual([
      'shop-web-1',
      'shop-web-2',
    ])
    const restored = await client.restore('shop', { snapshot: last, resource: 'web' })
    expect(await restored.result()).toMatchObject({ outcome: 'succeeded' })
    expect(releases()).toEqual(['shop@1.0.0', 'shop@1.0.0'])
    expect(await deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect(releases()).toEqual(['shop@1.1.0', 'shop@1.1.0'])
  })

  it('names the snapshots that there are when another one is asked for', async () => {
    const run = await client.restore('shop', { snapshot: 'yesterday' })
    expect(await run.result()).toMatchObject({
      outcome: 'failed',
      error: { code: 'NOT_FOUND', hint: expect.stringContaining('there are: pre-deploy-') as string },
    })
  })

  it('a restore that does not come up healthy is taken back', async () => {
    const [{ name = '' } = {}] = (await client.snapshots('shop')).filter(({ instance }) => instance === 'shop-web-2')
    rig.emulator.fault({
      match: { host: 'one', verb: 'snapshot restore', instance: 'shop-web-2' },
      fault: { error: 'not authorized' },
    })
    const run = await client.restore('shop', { snapshot: name })
    expect(await run.result()).toMatchObject({ outcome: 'rolledBack' })
    expect(releases()).toEqual(['shop@1.1.0', 'shop@1.1.0'])
    expect((await client.status('shop')).instances.map(({ weight }) => weight)).toEqual([100, 100])
  })

  it('goes back, and refuses a revision that never was', async () => {
    expect(await (await client.rollback('shop', { to: 1 })).result()).toMatchObject({
      outcome: 'succeeded',
      revision: 1,
    })
    expect(releases()).toEqual(['shop@1.0.0', 'shop@1.0.0'])
    await expect(client.rollback('shop', { to: 77 })).rejects.toMatchObject({ code: 'UNKNOWN_REVISION' })
  })

  it('finds the operation in progress again, refuses another, and steers it', async () => {
    const slow = { deadline: '30s', interval: '50ms', timeout: '1s', endpoint: 'http://localhost:4000/health' }
    const broken = declared('9.0.0', { web: { replicas: 2, healthcheck: slow } })
    const run = await client.deploy(broken, { directory })
    await expect(client.destroy('shop')).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS' })
    const again = await client.attach('shop')
    expect(again).toMatchObject({ operation: run.operation, workflowId: run.workflowId })
    expect((await client.status('shop')).operation).toMatchObject({ id: run.operation, kind: 'deploy' })
    await expect(client.steer('shop', 'resume')).rejects.toMatchObject({ code: 'NOTHING_TO_STEER' })
    // A wait says what it waits for, at the latest with the heartbeat after its first probe.
    const said = async (): Promise<unknown> => (await run.doing()).find(({ instance }) => instance === 'shop-web-1')
    await expect.poll(said, { timeout: 20_000 }).toMatchObject({
      words: expect.stringMatching(/^http:\/\/localhost:4000\/health: .*, \d+ probes$/) as unknown,
      ms: expect.any(Number) as unknown,
      mostMs: 30_000,
      attempt: 1,
    })
    expect(await client.steer('shop', 'abort')).toEqual({ operation: run.operation, accepted: 'abort' })
    expect(await again?.result()).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    expect(await client.attach('shop')).toBeNull()
    await expect(client.steer('shop', 'abort')).rejects.toMatchObject({ code: 'NOTHING_TO_STEER' })
    expect(releases()).toEqual(['shop@1.0.0', 'shop@1.0.0'])
  })

  it('waits for the operation in progress when told to', async () => {
    const first = await client.deploy(declared('1.1.0'), { directory })
    const reasons: string[] = []
    const second = await client.deploy(declared('1.0.0'), {
      directory,
      wait: true,
      waiting: ({ code }) => reasons.push(code),
    })
    expect(await first.result()).toMatchObject({ outcome: 'succeeded' })
    expect(await second.result()).toMatchObject({ outcome: 'succeeded' })
    expect(reasons).toEqual(['OPERATION_IN_PROGRESS'])
  })

  it('sets and clears the time of a topology', async () => {
    const { expiresAt } = await client.setTtl('shop', 3_600_000)
    expect((await client.status('shop')).ttl).toBe(expiresAt)
    expect(await client.setTtl('shop', null)).toEqual({ expiresAt: null })
    await expect(client.setTtl('nothing', 1)).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
  })

  it('gives its state away, and takes it in', async () => {
    const state = await client.state('shop')
    expect(state).toMatchObject({ topology: 'shop', current: null, dirty: [] })
    expect(await client.importState(await client.exportState('shop'))).toEqual({ revisions: state.revisions.length })
    expect(await client.state('shop')).toEqual(state)
    expect((await client.history('shop')).map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['deploy', 'restore', 'rollback']),
    )
    expect(await client.topologies()).toEqual(['shop'])
  })

  it('names what no topology claims', async () => {
    expect(await client.orphans()).toEqual([])
    const labels = ['topology=gone', 'resource=app'].flatMap((label) => ['-c', `user.cul8er.${label}`])
    await rig.emulator.execute('one', ['launch', '--quiet', ...labels, 'cul8er/tiny', 'gone-app'])
    expect(await client.orphans()).toMatchObject([{ host: 'one', name: 'gone-app', topology: 'gone', resource: 'app' }])
  })

  it('names what bears the name of a topology in another Incus project, and does not move there', async () => {
    const labels = ['topology=shop', 'resource=web'].flatMap((label) => ['-c', `user.cul8er.${label}`])
    await rig.emulator.execute('one', ['project', 'create', 'team'])
    await rig.emulator.execute('one', ['launch', '--project=team', '--quiet', ...labels, 'cul8er/tiny', 'shop-web-1'])
    const found = await client.orphans()
    expect(found).toContainEqual(expect.objectContaining({ name: 'shop-web-1', project: 'team', topology: 'shop' }))
    expect(found).toHaveLength(2)
    await rig.emulator.execute('one', ['delete', '--project=team', '--force', 'shop-web-1'])
    const moved = { ...(declared('1.1.0') as object), project: 'team' } as never
    const message = 'shop is deployed in no project of its own and cannot move to project team'
    await expect(client.plan(moved, { directory })).rejects.toMatchObject({ code: 'NOT_SUPPORTED_YET', message })
    await expect(client.deploy(moved, { directory })).rejects.toMatchObject({ code: 'NOT_SUPPORTED_YET', message })
  })

  it('removes it all, and nothing else', async () => {
    const run = await client.destroy('shop')
    expect(await run.result()).toMatchObject({ outcome: 'succeeded' })
    expect(Object.keys(rig.instances())).toEqual(['gone-app'])
    await expect(client.rollback('shop')).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
    await expect(client.status('never')).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
  })
  it('forgets what is not there any more, and numbers on when the name comes again', async () => {
    const run = await client.deploy(declared('1.0.0'), { directory })
    await expect(client.forget('shop')).rejects.toMatchObject({ code: 'OPERATION_IN_PROGRESS' })
    const { operation } = await run.result()
    await expect(client.forget('shop')).rejects.toMatchObject({
      code: 'IN_USE',
      hint: expect.stringContaining('cul8er destroy shop') as unknown,
    })
    await (await client.destroy('shop')).result()
    await client.forget('shop')
    // The list of workflows may still name it.
    expect(await client.states()).toEqual([])
    expect(await client.stateIfKnown('shop')).toBeNull()
    await expect.poll(() => client.topologies(), { timeout: 5_000 }).not.toContain('shop')
    await expect(client.state('shop')).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
    await expect(client.forget('shop')).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
    const again = await client.deploy(declared('1.0.0'), { directory })
    expect(Number(again.operation.slice(3))).toBeGreaterThan(Number(operation.slice(3)) + 1)
    expect(await again.result()).toMatchObject({ outcome: 'succeeded' })
    expect((await client.state('shop')).history).toHaveLength(1)
    await (await client.destroy('shop')).result()
  })
})
