import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Worker } from '@temporalio/worker'
import { ledgerId, operationWorkflowId, type OperationResult } from '../../src/contracts/index.js'
import type { Artifact } from '../../src/plan/model.js'
import { sealSystemSecrets } from '../../src/secrets/topology-secrets.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig, topologyOf } from '../support/rig.js'
import { workflowBundle } from '../support/bundle.js'
import { shop } from '../support/shop.js'
import { signing, TEST_KEY } from '../support/signing.js'

/* What is run before and after operations. 2.0.0 never gets healthy. */

describe('hooks', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  const folder = mkdtempSync(join(tmpdir(), 'cul8er-hooks-'))

  beforeAll(async () => {
    rig = await Rig.start(undefined, {
      over: (all) => ({
        runHook: async (input) => {
          // As of a worker that is gone: nothing more is heard of it.
          if (input.command.includes('dies') && Context.current().info.attempt === 1) await Context.current().cancelled
          return all.runHook(input)
        },
      }),
    })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '2.0.0': { health: 'never' } })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await rig.stop()
  })

  const fleet = (name: string, hooks: object, strategy: object = {}) =>
    new Fleet(rig, name, 'rolling', artifacts, {
      hooks,
      web: { replicas: 1 },
      strategy: { healthcheck: QUICK, ...strategy },
    })
  /** Writes a line, with some of what it is told. */
  const writes = (name: string, line = '$CUL8ER_HOOK') => [
    'sh',
    '-c',
    `echo "${line}" >> ${join(folder, name)}; echo wrote`,
  ]
  const written = (name: string): string[] =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8').trim().split('\n') : []
  const stepsOf = ({ steps }: OperationResult): string[] =>
    steps.flatMap(({ name, outcome, note = '' }) =>
      /^(before|after)/.test(name) ? [`${name.split(':')[0]} ${outcome} ${note}`] : [],
    )

  it('run in order around what changes, are told of it, and are steps like others', async () => {
    const told =
      '$CUL8ER_TOPOLOGY $CUL8ER_OPERATION $CUL8ER_KIND $CUL8ER_HOOK_ID $CUL8ER_REVISION $CUL8ER_VERSIONS,$CUL8ER_STABLE_VERSIONS,$CUL8ER_OUTCOME,$PWD'
    const some = fleet('some', { beforeDeploy: [writes('some', told)], afterDeploy: [writes('some', told)] })
    const first = await some.deploy('1.0.0')
    expect(first).toMatchObject({ outcome: 'succeeded' })
    expect(first).not.toHaveProperty('warnings')
    expect(stepsOf(first)).toEqual(['beforeDeploy done wrote', 'afterDeploy done wrote'])
    await some.deploy('1.1.0')
    expect(written('some')).toEqual([
      'some op-1 deploy topology/some/op/1/beforeDeploy/1 1 shop@1.0.0,,,/',
      'some op-1 deploy topology/some/op/1/afterDeploy/1 1 shop@1.0.0,,succeeded,/',
      'some op-2 deploy topology/some/op/2/beforeDeploy/1 2 shop@1.1.0,shop@1.0.0,,/',
      'some op-2 deploy topology/some/op/2/afterDeploy/1 2 shop@1.1.0,shop@1.0.0,succeeded,/',
    ])
  })

  /** Fails with a reason, once it has said that it ran. */
  const fails = (name: string) => ['sh', '-c', `echo "$CUL8ER_HOOK" >> ${join(folder, name)}; echo why; exit 3`]
  const versions = (of: Fleet): Promise<(string | null)[]> =>
    of.picture().then((all) => Object.values(all).map(({ runs }) => runs))

  it('that fail before end a deploy with nothing changed, held or not, and are named in history and status', async () => {
    for (const onFailure of ['automatic', 'hold']) {
      const name = `before-${onFailure}`
      const of = fleet(name, {}, { rollback: { onFailure } })
      await of.deploy('1.0.0')
      const hooks = { beforeDeploy: [writes(name), fails(name), writes(name)], afterDeploy: [writes(name)] }
      const before = await of.picture()
      const failed = await of.deploy('1.1.0', { hooks })
      expect(failed).toMatchObject({
        outcome: 'failed',
        error: {
          code: 'HOOK',
          message: 'beforeDeploy hook sh failed (exit 3): why',
          details: { hook: 'beforeDeploy', exit: 3, logs: ['why'] },
        },
      })
      expect(failed.steps.map(({ name: step, outcome }) => `${step.split(':')[0]} ${outcome}`)).toEqual([
        'plan done',
        'beforeDeploy done',
        'beforeDeploy failed',
      ])
      expect(written(name)).toEqual(['beforeDeploy', 'beforeDeploy'])
      expect(await of.picture()).toEqual(before)
      const { history, stable, dirty } = await of.ledger()
      expect({ stable, dirty, last: history.at(-1) }).toMatchObject({
        stable: 1,
        dirty: [],
        last: { outcome: 'failed' },
      })
    }
  })

  it('that fail after are a warning, and the next one runs', async () => {
    const of = fleet('after', { afterDeploy: [fails('after'), writes('after')] })
    const result = await of.deploy('1.0.0')
    const warnings = ['afterDeploy hook sh failed (exit 3): why']
    expect(result).toMatchObject({ outcome: 'succeeded', warnings })
    expect(stepsOf(result)).toEqual(['afterDeploy failed ', 'afterDeploy done wrote'])
    expect((await of.ledger()).history.at(-1)).toMatchObject({ outcome: 'succeeded', warnings })
  })

  it('that are required and fail take the deploy back, after those before it ran', async () => {
    const hooks = { afterDeploy: [writes('required'), { command: fails('required'), required: true }] }
    const of = fleet('required', {})
    await of.deploy('1.0.0')
    expect(await of.deploy('1.1.0', { hooks })).toMatchObject({ outcome: 'rolledBack', error: { code: 'HOOK' } })
    expect(written('required')).toEqual(['afterDeploy'])
    expect(await versions(of)).toEqual(['1.0.0'])
  })

  it('after a strategy that failed, none runs', async () => {
    const of = fleet('undone', {
      beforeDeploy: [writes('undone')],
      afterDeploy: [writes('undone')],
      afterRollback: [writes('undone')],
    })
    expect(await of.deploy('2.0.0')).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(written('undone')).toEqual(['beforeDeploy'])
  })

  it('of an operation that changes nothing do not run, and a plan says which will', async () => {
    const of = fleet('nothing', { beforeDeploy: [writes('nothing')], afterDeploy: [['purge', '--all']] })
    await of.deploy('1.0.0')
    expect(await of.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    expect(written('nothing')).toEqual(['beforeDeploy'])
    const stages = async (version: string) =>
      (await of.plan(version)).procedure?.stages.map(
        ({ name, lanes }) => `${name}: ${lanes.map(({ steps }) => steps).join()}`,
      )
    expect((await stages('1.0.0'))?.filter((stage) => stage.includes('hooks'))).toEqual([])
    const planned = (await stages('1.1.0')) ?? []
    expect([planned[0]?.split(':')[0], planned.at(-1)]).toEqual([
      'beforeDeploy hooks',
      'afterDeploy hooks: afterDeploy: purge --all',
    ])
  })

  it('that take too long are ended', async () => {
    const of = fleet('slow', { beforeDeploy: [{ command: ['sh', '-c', 'echo waiting; sleep 60'], timeout: '300ms' }] })
    expect(await of.deploy('1.0.0')).toMatchObject({
      outcome: 'failed',
      error: { message: 'beforeDeploy hook sh did not end within 300 ms: waiting' },
    })
    expect(of.instances()).toEqual({})
  })

  it('take none of the progress deadline', async () => {
    const of = fleet(
      'patient',
      { beforeDeploy: ['sleep 3'], afterDeploy: [{ command: ['sleep', '3'], required: true }] },
      { drain: '0s', progressDeadline: '3s' },
    )
    expect(await of.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  })

  it.each([
    ['before', { beforeDeploy: [['sleep', '60']] }, 'failed', 'aborted before anything changed'],
    [
      'after',
      { afterDeploy: [{ command: ['sleep', '60'], required: true }] },
      'rolledBack',
      'aborted: all changes were undone',
    ],
  ])('are ended by an abort: %s', async (when, hooks, outcome, message) => {
    const of = fleet(`abort-${when}`, hooks)
    const started = await of.start('1.0.0')
    await of.until(started, ({ step }) => step.includes('sleep'))
    const at = Date.now()
    await rig.steer(started, 'abort')
    expect(await of.end(started)).toMatchObject({ outcome, error: { code: 'ABORTED', message } })
    expect(Date.now() - at).toBeLessThan(20_000)
    expect(of.instances()).toEqual({})
  })

  it.each(['deploy', 'rollback', 'destroy'] as const)(
    'are ended by an abort with --force as well, which forgives failures only: %s',
    async (kind) => {
      const name = `forced-${kind}`
      const hooks = [['sleep', '60'], writes(name)]
      const of = fleet(name, {})
      await of.deploy('1.0.0')
      if (kind !== 'deploy') await of.deploy('1.1.0', { hooks: { beforeRollback: hooks, beforeDestroy: hooks } })
      const before = await of.picture()
      const started = await rig.start(name, {
        force: true,
        ...(kind === 'deploy'
          ? { kind, revision: of.revision('1.1.0', { hooks: { beforeDeploy: hooks } }) }
          : { kind }),
      })
      await of.until(started, ({ step }) => step.includes('sleep'))
      await rig.steer(started, 'abort')
      const end = await of.end(started)
      expect(end).toMatchObject({ outcome: kind === 'destroy' ? 'rolledBack' : 'failed' })
      expect(end).not.toHaveProperty('warnings')
      expect(stepsOf(end)).toHaveLength(1)
      expect(written(name)).toEqual([])
      expect(await of.picture()).toEqual(before)
    },
  )

  it('begin again when their worker dies, with the same id', async () => {
    const command = ['sh', '-c', `echo "$CUL8ER_HOOK_ID" >> ${join(folder, 'mortal')}`, 'dies']
    expect(await fleet('mortal', { afterDeploy: [command] }).deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    expect(written('mortal')).toEqual(['topology/mortal/op/1/afterDeploy/1'])
  })

  it('say no secret of the topology, though this worker has placed none yet', async () => {
    const environment = { TOKEN: { secret: { from: 'system' } } }
    // Its own words are no secret: it puts them together.
    const command = ['sh', '-c', 'echo the t0p$0; exit 1', 's3cret']
    const declared = {
      name: 'masked',
      host: 'masked',
      web: { replicas: 1, environment },
      hooks: { beforeDeploy: [command] },
    }
    const topology = topologyOf(shop('1.0.0', declared))
    const { sealed } = sealSystemSecrets(topology, { TOKEN: 't0ps3cret' }, TEST_KEY)
    const revision = { ...rig.revision(topology, artifacts), sealed }
    const result = await rig.run('masked', { kind: 'deploy', revision })
    expect(result).toMatchObject({ error: { message: 'beforeDeploy hook sh failed (exit 1): the ***' } })
    expect(JSON.stringify(result)).not.toContain('t0ps3cret')
  })

  it('of a rollback are those of the newest declaration, and --force goes on where one fails', async () => {
    const of = fleet('back', {})
    await of.deploy('1.0.0')
    await of.deploy('1.1.0', {
      hooks: { beforeRollback: [fails('back')], afterRollback: [writes('back', '$CUL8ER_KIND to $CUL8ER_VERSIONS')] },
    })
    expect(await of.run({ kind: 'rollback' })).toMatchObject({ outcome: 'failed', error: { code: 'HOOK' } })
    expect(await versions(of)).toEqual(['1.1.0'])
    const forced = await of.run({ kind: 'rollback', force: true })
    expect(forced).toMatchObject({ outcome: 'succeeded', warnings: ['beforeRollback hook sh failed (exit 3): why'] })
    expect(await versions(of)).toEqual(['1.0.0'])
    expect(written('back')).toEqual(['beforeRollback', 'beforeRollback', 'rollback to shop@1.0.0'])
  })

  it('of a destroy run before and after it; one that fails before keeps everything', async () => {
    const of = fleet('gone', {
      beforeDestroy: [fails('gone')],
      afterDestroy: [writes('gone', '$CUL8ER_KIND $CUL8ER_OUTCOME')],
    })
    await of.deploy('1.0.0')
    expect(await of.run({ kind: 'destroy' })).toMatchObject({ outcome: 'failed', error: { code: 'HOOK' } })
    expect(await versions(of)).toEqual(['1.0.0'])
    expect(await of.run({ kind: 'destroy', force: true })).toMatchObject({ outcome: 'succeeded' })
    expect(of.instances()).toEqual({})
    expect(written('gone')).toEqual(['beforeDestroy', 'beforeDestroy', 'destroy succeeded'])
  })

  it.each(['some', 'required', 'back'])('an operation and a ledger with them replay: %s', async (name) => {
    const options = { workflowBundle: await workflowBundle(), dataConverter: signing('worker') }
    for (const id of [ledgerId(name), operationWorkflowId(name, 2)]) {
      const history = await rig.env.client.workflow.getHandle(id).fetchHistory()
      await expect(Worker.runReplayHistory(options, history, id)).resolves.toBeUndefined()
    }
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
