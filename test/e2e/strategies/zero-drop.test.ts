import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startLoad, type RequestKind } from '../../support/load/load.js'
import { Stage, type StageOptions } from './stage.js'

/** Updates of each strategy under load; `npm run campaign` does 20. */
const UPDATES = Number(process.env.CUL8ER_DROP_UPDATES ?? 3)
/** Requests a second. */
const RATE = 300

const MIX: RequestKind[] = [
  { name: 'get', method: 'GET', path: '/', share: 85 },
  { name: 'post', method: 'POST', path: '/', share: 14 },
  { name: 'slow', method: 'GET', path: '/slow', share: 1, expect: () => true },
]

const strategies: StageOptions[] = [
  { name: 'zd-rolling', port: 8171, approach: 'rolling' },
  { name: 'zd-bluegreen', port: 8172, approach: 'blueGreen', strategy: { keep: '0s' } },
  {
    name: 'zd-canary',
    port: 8173,
    approach: 'canary',
    strategy: { steps: [{ weight: 20, pause: '1s' }, 100] },
  },
]

describe.each(strategies)('$approach under 300 requests a second', (options) => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open(options)
    await stage.release('1.0.0')
    expect(await stage.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  }, 180_000)
  afterAll(() => stage.close(), 120_000)

  it(`${UPDATES} updates and a broken one drop no request`, { timeout: 120_000 + UPDATES * 60_000 }, async () => {
    const serverOf = (answer: { headers: NodeJS.Dict<string | string[]> }): string =>
      String(answer.headers['x-version'])
    const load = startLoad({ url: stage.url, rate: RATE, mix: MIX, serverOf })
    const versions = Array.from({ length: UPDATES }, (_, i) => `1.${i + 1}.0`)
    for (const version of versions) {
      await stage.release(version)
      expect(await stage.deploy(version), version).toMatchObject({ outcome: 'succeeded' })
    }
    await stage.release('9.0.0', 'broken')
    expect(await stage.deploy('9.0.0')).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    const report = await load.stop()
    console.log(`${options.approach}: ${report.ok} of ${report.sent} answered, ${UPDATES} updates`, report.latencyMs)
    expect(report.first).toEqual([])
    expect(report).toMatchObject({ failed: 0, ok: report.sent })
    // The client itself kept its pace: fewer requests would have been an easier test.
    expect(report.sent).toBeGreaterThan((RATE * report.durationMs) / 1000 / 2)
    expect(Object.keys(report.byServer).sort()).toEqual(['1.0.0', ...versions].sort())
    expect(await stage.instances()).toHaveLength(3)
  })
})

describe('two resources behind one public port', () => {
  const options: StageOptions = {
    name: 'zd-pool',
    port: 8440,
    approach: 'rolling',
    strategy: { maxParallel: 9 },
    pool: ['one', 'two'],
  }
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open(options)
    for (const version of ['1.0.0', '1.1.0']) await stage.release(version)
    await stage.release('9.0.0', 'broken')
    expect(await stage.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  }, 180_000)
  afterAll(() => stage.close(), 120_000)

  it('an update, a broken one and a member that goes drop no request', { timeout: 180_000 }, async () => {
    const serverOf = (answer: { headers: NodeJS.Dict<string | string[]> }): string => String(answer.headers['x-server'])
    const load = startLoad({ url: stage.url, rate: 100, mix: MIX, serverOf })
    expect(await stage.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect(await stage.deploy('9.0.0')).toMatchObject({ outcome: 'rolledBack' })
    options.pool = ['two']
    expect(await stage.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    const report = await load.stop()
    console.log(`pool: ${report.ok} of ${report.sent} answered`, report.byServer)
    expect(report.first).toEqual([])
    expect(report).toMatchObject({ failed: 0, ok: report.sent })
    expect(Object.keys(report.byServer).sort()).toEqual(['zd-pool-one', 'zd-pool-two'])
    expect(await stage.instances()).toEqual(['zd-pool-two'])
  })
})
