import { afterAll, beforeAll, expect, it } from 'vitest'
import { Cul8er, type LogLine } from '../../src/client/index.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* Logs, as the worker reads them: this test has no way to the hosts but through it. */

let rig: Rig
let client: Cul8er
beforeAll(async () => {
  rig = await Rig.start()
  client = await Cul8er.connect({ address: rig.env.address, home: '/nonexistent' })
  const artifacts = { 'shop@1.0.0': await rig.release('shop', '1.0.0') }
  const revision = rig.revision(topologyOf(shop('1.0.0', { web: { replicas: 2 } })), artifacts)
  expect(await rig.run('shop', { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
})
afterAll(async () => {
  await client.close()
  await rig.stop()
})

const byHand = (instance: string, verb: string) =>
  rig.emulator.execute('one', ['exec', instance, '--', 'sh', '-c', '', verb, 'shop', '1'])
const written = (instance: string): string[] =>
  rig.emulator.state().one?.instances[`default/${instance}`]?.data.releases.shop?.logs ?? []
const linesOf = (lines: LogLine[], instance: string): string[] =>
  lines.filter((line) => line.instance === instance).map(({ line }) => line)

async function logs(options: Parameters<Cul8er['logs']>[1] = {}): Promise<{ lines: LogLine[]; remarks: string[] }> {
  const [lines, remarks]: [LogLine[], string[]] = [[], []]
  await client.logs('shop', { remark: (text) => remarks.push(text), ...options }, (line) => lines.push(line))
  return { lines, remarks }
}

it('gives the last lines of each instance', async () => {
  await byHand('shop-web-1', 'cul8er-restart')
  const { lines, remarks } = await logs()
  for (const name of ['shop-web-1', 'shop-web-2']) expect(linesOf(lines, name)).toEqual(written(name))
  expect((await logs({ lines: 1 })).lines).toHaveLength(2)
  expect(remarks).toEqual([])
})

it('of a resource, of one instance, and of nothing that there is', async () => {
  expect((await logs({ of: 'web', lines: 1 })).lines).toHaveLength(2)
  expect((await logs({ of: 'shop-web-2', lines: 1 })).lines.map(({ instance }) => instance)).toEqual(['shop-web-2'])
  await expect(logs({ of: 'wep' })).rejects.toMatchObject({
    code: 'USAGE',
    message: 'no instance or resource is named wep (did you mean web?)',
    hint: 'there are web, shop-web-1, shop-web-2',
  })
})

it('those since a time, with their times', async () => {
  const long = new Date(Date.now() - 3_600_000)
  const all = await logs({ since: long, timestamps: true })
  expect(linesOf(all.lines, 'shop-web-1')).toEqual(written('shop-web-1'))
  for (const { time, line } of all.lines) expect(time).toBe(line.split(' ')[0])
  const last = new Date(all.lines.findLast(({ instance }) => instance === 'shop-web-1')?.time ?? '')
  expect((await logs({ of: 'shop-web-1', since: last })).lines).toHaveLength(1)
  const none = await logs({ since: new Date() })
  expect(none).toEqual({ lines: [], remarks: ['shop has logged nothing in that time'] })
})

it('those of the run before the present one', async () => {
  const restarts = written('shop-web-1').filter((line) => line.endsWith(' started')).length
  expect(restarts).toBeGreaterThan(1)
  const { lines, remarks } = await logs({ previous: true })
  expect(lines).toEqual([{ instance: 'shop-web-1', line: written('shop-web-1').at(-2) }])
  expect(remarks).toEqual([])
  await expect(logs({ previous: true, of: 'shop-web-2' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'no lines of a previous run of shop-web-2 are left',
    hint: expect.stringContaining('cul8er logs shop shows the present one') as string,
  })
  await expect(logs({ previous: true, of: 'wep' })).rejects.toMatchObject({ code: 'USAGE' })
})

it('follows: each line once, as it comes', async () => {
  const stop = new AbortController()
  const seen: LogLine[] = []
  const following = client.logs('shop', { lines: 1, follow: true, signal: stop.signal }, (line) => seen.push(line))
  await expect.poll(() => seen.length).toBe(2)
  const before = written('shop-web-1').length
  for (let i = 0; i < 3; i += 1) {
    await byHand('shop-web-1', 'cul8er-restart')
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  const expected = written('shop-web-1').slice(before - 1)
  await expect.poll(() => linesOf(seen, 'shop-web-1'), { timeout: 5_000 }).toEqual(expected)
  const began = Date.now()
  stop.abort()
  await following
  expect(Date.now() - began).toBeLessThan(500)
}, 30_000)

it('names a host that cannot be asked', async () => {
  const match = { host: 'one', verb: 'list' }
  // The last look of the one who followed may still be under way.
  rig.emulator.fault({ match, fault: { error: 'not authorized' }, times: 'always' })
  await expect(logs()).rejects.toMatchObject({ code: 'PERMISSION' })
  rig.emulator.clearFaults()
})

it('names an instance that cannot be read, and shows the others', async () => {
  const fault = { error: 'Instance is not running' }
  const match = { verb: 'cul8er-logs-from', instance: 'shop-web-2' }
  rig.emulator.fault({ match, fault, times: 'always' })
  const { lines, remarks } = await logs({ lines: 1 })
  rig.emulator.clearFaults()
  expect(lines.map(({ instance }) => instance)).toEqual(['shop-web-1'])
  expect(remarks).toEqual([expect.stringContaining('shop-web-2 cannot be read')])
})

it('leaves out what an answer has no room for, and says so', async () => {
  const all = Array.from({ length: 200 }, (_, i) => `${i} ${'"'.repeat(4_000)}`)
  const stdout = ['journal', ...all, '-- cursor: s=1', ''].join('\n')
  rig.emulator.answerExec([{ command: ['cul8er-logs-from', 'shop'], stdout }])
  const { lines, remarks } = await logs({ of: 'shop-web-1', lines: 200 })
  expect(lines.length).toBeGreaterThan(20)
  expect(lines.map(({ line }) => line)).toEqual(all.slice(-lines.length))
  expect(remarks).toEqual([`shop-web-1: ${200 - lines.length} earlier lines left out: too many for one response`])
})

it('refuses what is not deployed', async () => {
  await expect(client.logs('nothing', {}, () => undefined)).rejects.toMatchObject({ code: 'UNKNOWN_TOPOLOGY' })
})
