import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/plan/model.js'
import type { RequestSample } from '../../src/traffic/model.js'
import type { OperationStarted } from '../../src/contracts/index.js'
import { progress } from '../../src/contracts/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

const canary = (version: string, pause: string, analysis: Record<string, unknown> = {}): unknown =>
  shop(version, {
    strategy: {
      approach: 'canary',
      steps: [{ weight: 25, pause }, { weight: 50, pause }, 100],
      analysis: { interval: '1s', ...analysis },
    },
  })

const samples = (server: string, status: number, n = 20): RequestSample[] =>
  Array.from({ length: n }, () => ({ at: Date.now(), pool: 'shop-web-4000', server, status, totalMs: 5 }))

/** A minute of requests, a quarter of them to the canary; every so manieth of each side fails. */
const mixed = (every: { canary: number; stable: number }): RequestSample[] => {
  const counts = { canary: 0, stable: 0 }
  return Array.from({ length: 4_000 }, (_, i) => {
    const side = i % 4 === 0 ? 'canary' : 'stable'
    counts[side] += 1
    return {
      at: Date.now() + i * 15,
      pool: 'shop-web-4000',
      server: side === 'canary' ? 'shop-web-1-canary' : `shop-web-${1 + (i % 3)}`,
      status: counts[side] % every[side] === 0 ? 500 : 200,
      totalMs: 5,
    }
  })
}

describe('canary on an emulated host', () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  beforeAll(async () => {
    rig = await Rig.start()
    artifacts = Object.fromEntries(
      await Promise.all(
        ['1.0.0', '1.1.0', '1.2.0', '1.3.0'].map(async (v) => [`shop@${v}`, await rig.release('shop', v)] as const),
      ),
    )
    await rig.run('shop', { kind: 'deploy', revision: revision('1.0.0', '0s') })
  })
  afterAll(() => rig.stop())

  const revision = (...of: Parameters<typeof canary>) => rig.revision(topologyOf(canary(...of)), artifacts)
  const start = (...of: Parameters<typeof canary>) => rig.start('shop', { kind: 'deploy', revision: revision(...of) })
  const serving = () => rig.edges.get('one')?.serving('shop') ?? {}
  const releases = () =>
    Object.fromEntries(Object.entries(rig.instances()).map(([name, { release }]) => [name, release]))
  const everywhere = (version: string) => ({
    'shop-web-1': `shop@${version}`,
    'shop-web-2': `shop@${version}`,
    'shop-web-3': `shop@${version}`,
  })
  const watching = async (run: OperationStarted, percent: number): Promise<void> => {
    for (let i = 0; ; i += 1) {
      const { step } = await rig.env.client.workflow.getHandle(run.workflowId).query(progress)
      if (step.includes(`at ${percent} %`)) return
      if (i > 300) throw new Error(`not watching at ${percent} %, but: ${step}`)
      await rig.env.sleep(50)
    }
  }
  const share = (): number => {
    const all = Object.values(serving()).reduce((a, b) => a + b, 0)
    return Math.round((100 * (serving()['shop-web-1-canary'] ?? 0)) / all)
  }

  it('goes through its steps with data, updates the stable set and goes', async () => {
    const edge = rig.edges.get('one')
    if (edge) edge.samples = samples('shop-web-1-canary', 200)
    const run = await start('1.1.0', '1s')
    await watching(run, 25)
    expect(share()).toBe(25)
    expect(releases()['shop-web-1-canary']).toBe('shop@1.1.0')
    expect(await rig.end(run)).toMatchObject({ outcome: 'succeeded' })
    expect(releases()).toEqual(everywhere('1.1.0'))
    expect(serving()).toEqual({ 'shop-web-1': 100, 'shop-web-2': 100, 'shop-web-3': 100 })
  })

  it('a breach takes the canary out within 2 s and undoes everything', async () => {
    await rig.idle('shop')
    const edge = rig.edges.get('one')
    if (edge) edge.samples = samples('shop-web-1-canary', 200)
    const run = await start('1.2.0', '60s')
    await watching(run, 25)
    if (edge) edge.samples = samples('shop-web-1-canary', 500)
    const since = Date.now()
    while (share() > 0 && Date.now() - since < 5_000) await rig.env.sleep(20)
    expect(share()).toBe(0)
    expect(Date.now() - since).toBeLessThan(2_000)
    expect(await rig.end(run)).toMatchObject({
      outcome: 'rolledBack',
      error: {
        code: 'UNHEALTHY',
        details: {
          reasons: [expect.stringContaining('requests failed')] as unknown,
          logs: [expect.stringContaining('shop 1.2.0 started')] as unknown,
        },
      },
    })
    expect(releases()).toEqual(everywhere('1.1.0'))
  })

  it('no data is never a success: it pauses until a promote', async () => {
    await rig.idle('shop')
    const edge = rig.edges.get('one')
    if (edge) edge.samples = []
    const run = await start('1.2.0', '1s')
    await watching(run, 25)
    await rig.env.sleep(2_500)
    expect(share()).toBe(25)
    // A hand that presses the button twice means this wait alone.
    const operation = rig.env.client.workflow.getHandle(run.workflowId)
    await Promise.all([operation.signal('promote'), operation.signal('promote')])
    await watching(run, 50)
    await rig.env.sleep(1_500)
    expect(share()).toBe(50)
    await rig.steer(run, 'promoteFull')
    expect(await rig.end(run)).toMatchObject({ outcome: 'succeeded' })
    expect(releases()).toEqual(everywhere('1.2.0'))
  })

  it('abort wins right after a promote', async () => {
    await rig.idle('shop')
    const run = await start('1.3.0', 'manual')
    await watching(run, 25)
    await rig.steer(run, 'promoteFull')
    await rig.steer(run, 'abort')
    expect(await rig.end(run)).toMatchObject({ outcome: 'rolledBack', error: { code: 'ABORTED' } })
    expect(releases()).toEqual(everywhere('1.2.0'))
    expect(serving()).toEqual({ 'shop-web-1': 100, 'shop-web-2': 100, 'shop-web-3': 100 })
  })

  describe('compared with the stable set', () => {
    const compared = { compare: 'stable', maxErrorRatePercent: false, minRequests: 100 }

    it('is rolled back when twice as many of its requests fail, and the error has the figures', async () => {
      await rig.idle('shop')
      const edge = rig.edges.get('one')
      if (edge) edge.samples = mixed({ canary: 5, stable: 10 })
      const run = await start('1.3.0', '60s', compared)
      const result = await rig.end(run)
      expect(result).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
      const figures =
        /errors (?<rate>[\d.]+) % \((?<errors>\d+) of (?<requests>\d+)\), stable set 1?\d(\.\d)? % \(\d+ of [\d,]+\): evidence .+, alarm at 33$/.exec(
          result.error?.message ?? '',
        )?.groups
      const [rate, errors, requests] = [figures?.rate, figures?.errors, figures?.requests].map(Number)
      // Every fifth fails; the last look may come between two of them.
      expect(Math.abs(errors! - requests! / 5)).toBeLessThan(1)
      expect(rate).toBe(Number(((100 * errors!) / requests!).toFixed(1)))
      expect(result.durationMs).toBeLessThan(50_000)
      expect(releases()).toEqual(everywhere('1.2.0'))
    })

    it('passes when as many fail', async () => {
      await rig.idle('shop')
      const edge = rig.edges.get('one')
      if (edge) edge.samples = mixed({ canary: 5, stable: 5 })
      expect(await rig.end(await start('1.3.0', '1s', compared))).toMatchObject({ outcome: 'succeeded' })
      expect(releases()).toEqual(everywhere('1.3.0'))
    })
  })

  it('refuses what makes no sense, with the reason', async () => {
    await rig.idle('shop')
    const run = await start('1.3.0', 'manual')
    await expect(rig.steer(run, 'resume')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('not paused') as string },
    })
    await rig.steer(run, 'abort')
    await rig.end(run)
  })
})
