import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { becomes } from '../../src/waiting/poll.js'
import { Stage } from '../e2e/strategies/stage.js'
import { startLoad, type RequestKind } from '../support/load/load.js'
import { ControlPlane } from '../support/production/control-plane.js'

/** How long nothing of the control plane runs. */
const OUTAGE_MS = 1000 * Number(process.env.CUL8ER_OUTAGE_SECONDS ?? 60)
/** Requests a second. */
const RATE = 100

const MIX: RequestKind[] = [
  { name: 'get', method: 'GET', path: '/', share: 85 },
  { name: 'post', method: 'POST', path: '/', share: 15 },
]

/** name, state, addresses and release of each instance. */
const LOOK = 'ns4,user.cul8er.release'

describe(`Temporal, its database and all workers are gone for ${OUTAGE_MS / 1000} s in the middle of an update`, () => {
  let plane: ControlPlane
  let stage: Stage
  beforeAll(async () => {
    plane = await ControlPlane.open()
    stage = await Stage.open(
      { name: 'own-outage', port: 8186, approach: 'rolling', strategy: { maxParallel: 1 } },
      plane,
    )
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await stage.release(version)
    expect(await stage.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  }, 240_000)
  afterAll(async () => {
    try {
      await stage?.close()
    } finally {
      await plane?.close()
    }
  }, 120_000)

  const on = async (version: string): Promise<number> =>
    (await stage.instances(LOOK)).filter((line) => line.endsWith(`app@${version}`)).length

  it('no request fails, nothing moves, and the update comes to its end', { timeout: 300_000 + OUTAGE_MS }, async () => {
    const serverOf = (answer: { headers: NodeJS.Dict<string | string[]> }): string =>
      String(answer.headers['x-version'])
    const load = startLoad({ url: stage.url, rate: RATE, mix: MIX, serverOf })
    await stage.begin('1.1.0')
    expect(await becomes(async () => (await on('1.1.0')) === 2, { everyMs: 50, withinMs: 60_000 })).toBe(true)
    await plane.die()
    // An Incus client that was killed may have asked for what the daemon still does.
    await sleep(5_000)
    const [before, sent] = [await stage.instances(LOOK), load.sent]
    expect(before).not.toEqual([])
    const status = await execa(process.env.CUL8ER_BIN ?? '', ['status', 'own-outage'], {
      ...{ env: plane.environment, reject: false, stdin: 'ignore' },
    })
    expect(status.stderr).toContain('does not answer')
    await sleep(OUTAGE_MS)
    expect(await stage.instances(LOOK)).toEqual(before)
    expect(load.sent - sent).toBeGreaterThan((RATE * OUTAGE_MS) / 1000 / 2)

    const revived = performance.now()
    await plane.revive()
    const run = await stage.cul8er.attach('own-outage')
    const result = run === null ? (await stage.cul8er.status('own-outage')).lastOperation : await run.result()
    const tookMs = performance.now() - revived
    expect(result, plane.logs()).toMatchObject({ outcome: 'succeeded' })
    expect(await on('1.1.0')).toBe(3)
    expect(await stage.changes('1.1.0')).toEqual([])
    expect(await stage.deploy('1.2.0')).toMatchObject({ outcome: 'succeeded' })

    const report = await load.stop()
    console.log(
      `${report.ok} of ${report.sent} answered through an outage of ${OUTAGE_MS / 1000} s; done ${Math.round(tookMs)} ms after the revival began`,
      report.latencyMs,
    )
    expect(report.first).toEqual([])
    expect(report).toMatchObject({ failed: 0, ok: report.sent })
    expect(Object.keys(report.byServer).sort()).toEqual(['1.0.0', '1.1.0', '1.2.0'])
  })
})
