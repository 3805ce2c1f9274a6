import { afterAll, expect, test } from 'vitest'
import { startLoad } from '../../support/load/load.js'
import { Stage } from './stage.js'

/* Instances that come and go by load, on real Incus, behind a real edge: no request may be lost on the way up or down. */

const stage = await Stage.open({
  name: 'scaling-e2e',
  port: 18_231,
  approach: 'blueGreen',
  strategy: { drain: '5s', keep: '0s' },
})
afterAll(() => stage.close())

const replicas = { min: 1, max: 2, target: { requests: '20/s' }, coolDown: '10s' }
const scaling = async () => (await stage.cul8er.status('scaling-e2e')).scaling
const until = { timeout: 60_000, interval: 500 }

test('two instances under load, one without, and a deploy keeps the number', { timeout: 240_000 }, async () => {
  await stage.release('1.0.0')
  await stage.release('1.1.0')
  expect((await stage.deploy('1.0.0', {}, { replicas })).outcome).toBe('succeeded')
  expect(await stage.instances()).toEqual(['scaling-e2e-app-1-blue'])

  const load = startLoad({ url: stage.url, rate: 60, mix: [{ name: 'page', method: 'GET', path: '/', share: 1 }] })
  await expect.poll(() => stage.instances(), until).toHaveLength(2)
  await expect.poll(scaling, until).toMatchObject([{ resource: 'app', count: 2, last: { from: 1, to: 2 } }])
  expect((await scaling())?.[0]?.last?.reason).toMatch(/requests a second and instance, 20 wanted$/)

  const began = Date.now()
  expect((await stage.deploy('1.1.0', {}, { replicas })).outcome).toBe('succeeded')
  expect(await stage.instances()).toEqual(['scaling-e2e-app-1-green', 'scaling-e2e-app-2-green'])
  const report = await load.stop()
  expect(report.first).toEqual([])
  expect(report.ok).toBeGreaterThan((60 * (Date.now() - began)) / 1_000)

  const trickle = startLoad({ url: stage.url, rate: 5, mix: [{ name: 'page', method: 'GET', path: '/', share: 1 }] })
  await expect.poll(() => stage.instances(), until).toEqual(['scaling-e2e-app-1-green'])
  await expect.poll(scaling, until).toMatchObject([{ count: 1, last: { from: 2, to: 1 } }])
  const rest = await trickle.stop()
  expect(rest.first).toEqual([])
  console.log(`scaling: ${report.ok + rest.ok} of ${report.sent + rest.sent} answered`)
})
