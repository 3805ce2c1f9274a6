import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases, type Approach } from '../support/fleet.js'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

/* What the ledger refuses, what it holds, where it goes back to, and what ends by itself. */

const APPROACHES: Approach[] = ['rolling', 'blueGreen', 'canary']
const DENIED = { error: 'not authorized' }

describe('the ledger under faults', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '1.2.0': {} })
    const broken = join(tmpdir(), `cul8er-broken-${randomUUID()}.tar.gz`)
    await writeFile(broken, 'this is no tarball')
    artifacts['shop@6.6.6'] = await rig.deps.artifacts.put(broken)
    await rm(broken)
  })
  afterAll(() => rig.stop())

  const made = async (name: string, approach: Approach = 'rolling', extra = {}): Promise<Fleet> => {
    const fleet = new Fleet(rig, name.toLowerCase(), approach, artifacts, extra)
    expect(await fleet.deploy('1.0.0', { strategy: { maxParallel: 3 } })).toMatchObject({ outcome: 'succeeded' })
    return fleet
  }
  const breakWeb = (fleet: Fleet, k: number, verb = 'cul8er-install') =>
    rig.emulator.fault({
      match: { host: fleet.name, verb, instance: fleet.instance(k, fleet.approach === 'blueGreen' ? 'green' : '') },
      fault: DENIED,
    })

  it.concurrent('a second operation is refused within a second, and told which one is in progress', async () => {
    const fleet = await made('second')
    rig.emulator.fault({ match: { host: fleet.name, verb: 'cul8er-install' }, fault: { delayMs: 2_000 } })
    const run = await fleet.start('1.1.0')
    await fleet.until(run, ({ step }) => step.startsWith('install'))
    for (const request of [
      { kind: 'deploy', revision: fleet.revision('1.2.0') },
      { kind: 'destroy' },
      { kind: 'rollback' },
    ] as const) {
      const since = Date.now()
      const refused: unknown = await rig.start(fleet.name, request).catch((error: unknown) => error)
      expect(Date.now() - since).toBeLessThan(1_000)
      expect(refused).toMatchObject({
        cause: {
          type: 'OPERATION_IN_PROGRESS',
          message: expect.stringMatching(/deploy of second \(op-2\) has been in progress for \d+ s/) as string,
          details: [{ details: { operation: 'op-2', workflowId: run.workflowId } }],
        },
      })
    }
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('of two at the same moment one starts', async () => {
    const fleet = await made('race')
    const both = await Promise.allSettled([fleet.start('1.1.0'), fleet.start('1.2.0')])
    const [started, ...more] = both.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))
    expect(more).toEqual([])
    if (started === undefined) throw new Error('none started')
    expect(await fleet.end(started)).toMatchObject({ outcome: 'succeeded' })
    expect(Object.values(await fleet.picture()).map(({ runs }) => runs)).toEqual(
      Array(3).fill(Object.values(await fleet.picture())[0]?.runs),
    )
  })

  const held = APPROACHES.flatMap((approach) =>
    [1, 2, 3].flatMap((k) => (['forward', 'back'] as const).map((way) => ({ approach, k, way }))),
  )
  it.concurrent.each(held)('$approach: held at instance $k, then $way', async ({ approach, k, way }) => {
    const fleet = await made(`hold-${approach}-${k}-${way}`, approach, {
      strategy: { rollback: { onFailure: 'hold' } },
    })
    breakWeb(fleet, k)
    const { outcome, error } = await fleet.deploy('1.1.0')
    expect({ outcome, error }).toMatchObject({
      outcome: 'held',
      error: { code: 'PERMISSION', hint: expect.stringContaining('rollback') as string },
    })
    expect(await fleet.ledger()).toMatchObject({ stable: 1, desired: 2, current: null })
    // Whatever was reached serves: what is half changed does not.
    const serving = Object.values(await fleet.picture()).filter(({ weight }) => (weight ?? 0) > 0)
    expect(serving.length).toBeGreaterThanOrEqual(2)
    for (const { claims, answers } of serving) expect(claims).toBe(`shop@${answers}`)
    const next = way === 'forward' ? await fleet.deploy('1.1.0') : await fleet.run({ kind: 'rollback' })
    expect({ outcome: next.outcome, error: next.error }).toEqual({ outcome: 'succeeded' })
    await fleet.expectSettled(way === 'forward' ? '1.1.0' : '1.0.0', fleet.color)
  })

  it.concurrent('a rollback that is held says how it is undone', async () => {
    const fleet = await made('hold-back', 'rolling', { strategy: { rollback: { onFailure: 'hold' } } })
    for (const version of ['1.1.0', '1.2.0'])
      expect(await fleet.deploy(version)).toMatchObject({ outcome: 'succeeded' })
    breakWeb(fleet, 2)
    const { outcome, error } = await fleet.run({ kind: 'rollback' })
    expect({ outcome, hint: error?.hint }).toEqual({
      outcome: 'held',
      hint: 'cul8er rollback hold-back --to 3 undoes everything; cul8er deploy hold-back goes forward from here',
    })
    expect(await fleet.run({ kind: 'rollback', to: 3 })).toMatchObject({ outcome: 'succeeded', revision: 3 })
    await fleet.expectSettled('1.2.0')
  })

  it.concurrent('rollback: without a name, to a named revision, and to one that is not there', async () => {
    const fleet = await made('back')
    await expect(fleet.run({ kind: 'rollback' })).rejects.toMatchObject({ cause: { type: 'UNKNOWN_REVISION' } })
    for (const version of ['1.1.0', '1.2.0'])
      expect(await fleet.deploy(version)).toMatchObject({ outcome: 'succeeded' })
    expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 2 })
    await fleet.expectSettled('1.1.0')
    expect(await fleet.run({ kind: 'rollback', to: 3 })).toMatchObject({ outcome: 'succeeded', revision: 3 })
    await fleet.expectSettled('1.2.0')
    expect(await fleet.run({ kind: 'rollback', to: 1 })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    await fleet.expectSettled('1.0.0')
    await expect(fleet.run({ kind: 'rollback', to: 9 })).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_REVISION', details: [{ hint: 'kept revisions: 1, 2, 3' }] },
    })
    await expect(rig.start('never-there', { kind: 'rollback' })).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_TOPOLOGY' },
    })
  })

  it.concurrent('a deploy that was undone leaves nothing to go back from', async () => {
    const fleet = await made('undone')
    breakWeb(fleet, 2)
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'rolledBack' })
    expect(await fleet.run({ kind: 'rollback' })).toMatchObject({ outcome: 'succeeded', revision: 1 })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent.each(APPROACHES)(
    '%s: disk full, unknown image, broken tarball: rolled back, with code and hint',
    async (approach) => {
      const fleet = await made(`bad-${approach}`, approach)
      const color = approach === 'blueGreen' ? 'blue' : ''
      const broken = await fleet.deploy('6.6.6')
      expect(broken).toMatchObject({
        outcome: 'rolledBack',
        error: { code: 'ARTIFACT_BROKEN', hint: expect.any(String) as string },
      })
      await fleet.expectSettled('1.0.0', color)
      const image = await fleet.deploy('1.1.0', { web: { image: 'images:missing/image' } })
      expect(image).toMatchObject({
        outcome: 'rolledBack',
        error: { code: 'IMAGE_NOT_FOUND', hint: expect.any(String) as string },
      })
      await fleet.expectSettled('1.0.0', color)
      await rig.emulator.setHardware({ poolMiB: 25 }, fleet.name)
      const full = await fleet.deploy('1.1.0', { web: { image: 'cul8er/debian' } })
      expect(full).toMatchObject({
        outcome: 'rolledBack',
        error: { code: 'NO_SPACE', hint: expect.any(String) as string },
      })
      await fleet.expectSettled('1.0.0', color)
    },
  )

  it.concurrent('a first deploy that fails leaves nothing', async () => {
    const fleet = new Fleet(rig, 'first', 'rolling', artifacts)
    expect(await fleet.deploy('6.6.6')).toMatchObject({ outcome: 'rolledBack', error: { code: 'ARTIFACT_BROKEN' } })
    expect(fleet.instances()).toEqual({})
    expect(await fleet.ledger()).toMatchObject({ stable: null, desired: 1, dirty: [] })
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('a host that is away for a short while is waited for', async () => {
    const fleet = await made('away')
    const run = await fleet.start('1.1.0')
    await fleet.until(run, ({ step }) => step.includes('web-2'))
    rig.emulator.fault({ match: { host: fleet.name }, fault: 'refuse', times: 6 })
    expect(await fleet.end(run)).toMatchObject({ outcome: 'succeeded' })
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent.each(APPROACHES)(
    '%s: an operation that somebody terminates is told as it is, and the next one mends all of it',
    async (approach) => {
      const fleet = await made(`killed-${approach}`, approach)
      const victim = fleet.instance(2, approach === 'blueGreen' ? 'green' : '')
      const struck = rig.emulator.fault({
        match: { host: fleet.name, instance: victim, verb: 'cul8er-install' },
        fault: 'hang',
      })
      const run = await fleet.start('1.1.0')
      // Not when the step is named: its activity may still wait for the worker, and would leave the fault to the next operation.
      await fleet.until(run, () => struck() > 0)
      await rig.env.client.workflow.getHandle(run.workflowId).terminate('a test')
      const state = await rig.idle(fleet.name)
      expect(state.history.at(-1)).toMatchObject({
        outcome: 'needsAttention',
        error: { hint: expect.stringContaining('cul8er plan') as string },
      })
      // What the labels claim by now is not what runs.
      expect((await fleet.plan('1.1.0')).empty).toBe(false)
      expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
      await fleet.expectSettled('1.1.0', fleet.color)
    },
  )

  it.concurrent('a topology whose time is over goes by itself, and nothing but it', async () => {
    const other = await made('stays')
    const fleet = await made('ttl', 'rolling', { ttl: '2s' })
    expect((await fleet.ledger()).expiresAt).not.toBeNull()
    await until(() => Object.keys(fleet.instances()).length === 0, { timeoutMs: 20_000 })
    const state = await rig.idle(fleet.name)
    expect(state.history.at(-1)).toMatchObject({ kind: 'destroy', outcome: 'succeeded' })
    expect(state).toMatchObject({ desired: null, stable: null, expiresAt: null })
    await other.expectSettled('1.0.0')
  })
})
