import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { commandEdge } from '../../../../src/traffic/command/edge.js'
import type { TopologyRoutes } from '../../../../src/traffic/model.js'

const folder = mkdtempSync(join(tmpdir(), 'cul8er-balancer-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TOY = fileURLToPath(new URL('../../../support/toy-balancer.mjs', import.meta.url))
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END PRIVATE KEY-----\n'
const host = { name: 'web', address: 'localhost' }

const routes = (topology: string, as = 8300): TopologyRoutes => ({
  topology,
  routes: [
    { as, protocol: 'https', host: null, certificate: { certPem: 'CERT', keyPem: KEY }, pool: `${topology}-app-80` },
  ],
  pools: [
    {
      name: `${topology}-app-80`,
      protocol: 'http',
      sticky: false,
      servers: [{ name: `${topology}-app`, address: '10.0.0.2', port: 80, weight: 100, state: 'ready' }],
    },
  ],
})

const toy = (file = join(folder, 'toy.json')) => commandEdge({ host, command: [process.execPath, TOY, file] })

/** A command that runs a line of Node with what it was asked in `asked`. */
const node = (line: string) =>
  commandEdge({
    host,
    command: [process.execPath, '-e', `const asked = JSON.parse(require('fs').readFileSync(0, 'utf8')); ${line}`],
  })

describe('a program that keeps the protocol', () => {
  it('carries out every verb, twice as well', async () => {
    const edge = toy()
    await edge.ensure()
    expect(await edge.current('shop')).toBeNull()
    for (const _ of [1, 2]) await edge.apply(routes('shop'))
    const [route] = routes('shop').routes
    expect(await edge.current('shop')).toEqual({
      ...routes('shop'),
      routes: [{ ...route, certificate: { certPem: 'CERT', keyPem: '' } }],
    })
    expect(await edge.claims('other', [8300])).toEqual({
      routes: [{ topology: 'shop', as: 8300, host: null, protocol: 'https' }],
      taken: [],
    })
    expect(await edge.claims('shop', [8300])).toEqual({ routes: [], taken: [] })
    expect(await edge.drained('shop', 'shop-app', { deadlineMs: 10 })).toEqual({ cut: 0 })
    for (const _ of [1, 2]) await edge.remove('shop')
    expect(await edge.current('shop')).toBeNull()
  })

  it('may have no numbers', async () => {
    expect(await toy().requests('shop')).toBeNull()
    expect(await toy().stats('shop')).toEqual([])
  })

  it('tells of requests when it has them', async () => {
    const sample = { at: 1, pool: 'p', server: 's', status: 200, totalMs: 3 }
    const edge = node(
      `console.log(JSON.stringify({ requests: [{ ...${JSON.stringify(sample)}, at: asked.sinceMs }] }))`,
    )
    expect(await edge.requests('shop', { sinceMs: 7 })).toEqual([{ ...sample, at: 7 }])
  })

  it('is asked with version, host, verb and what belongs to it, and gets keys on standard input alone', async () => {
    const file = join(folder, 'asked.json')
    const edge = node(
      `require('fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify({ asked, argv: process.argv, env: process.env })); console.log('{}')`,
    )
    await edge.apply(routes('shop'))
    const { asked, argv, env } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    expect(asked).toEqual({ version: 1, host, verb: 'apply', topology: 'shop', routes: routes('shop') })
    expect(JSON.stringify([argv, env])).not.toContain('MIIEvQ')
    expect(statSync(file).isFile()).toBe(true)
  })
})

describe('a program that does not', () => {
  it.each([
    [
      'fails',
      `console.error('first'); console.error('no such pool'); process.exit(1)`,
      'failed (exit 1): no such pool',
    ],
    ['fails without a word', 'process.exit(3)', 'failed (exit 3)'],
    ['ends itself', `process.kill(process.pid, 'SIGKILL')`, 'was killed by SIGKILL'],
    ['says nothing', '', 'gave no answer to drained that can be read: '],
    ['says no JSON', `console.log('ok')`, 'gave no answer to drained that can be read: '],
    ['answers something else', `console.log('{"cut":"many"}')`, 'gave no answer to drained that can be read at cut: '],
    ['prints for ever', `for (;;) require('fs').writeSync(1, 'x'.repeat(1e6))`, 'printed more than 16 MiB'],
  ])('and %s', async (_, line, message) => {
    await expect(node(line).drained('shop', 'a', { deadlineMs: 1_000 })).rejects.toMatchObject({
      code: 'EDGE',
      message: expect.stringContaining(`balancer command ${process.execPath} ${message}`) as string,
      details: { host: 'web', verb: 'drained' },
    })
  })

  it('and is not there', async () => {
    await expect(commandEdge({ host, command: ['/absent'] }).ensure()).rejects.toMatchObject({
      code: 'EDGE',
      message: 'balancer command /absent cannot be run (ENOENT)',
    })
  })

  it('and complains of its input: no part of a key is told', async () => {
    const edge = node('console.error(JSON.stringify(asked)); process.exit(1)')
    const error: unknown = await edge.apply(routes('shop')).catch((thrown: unknown) => thrown)
    expect(String(error)).toContain('quotes a private key')
    expect(JSON.stringify(error)).not.toContain('MIIEvQ')
  })

  it('and answers of another topology', async () => {
    const edge = node(`console.log(JSON.stringify({ routes: { topology: 'other', routes: [], pools: [] } }))`)
    await expect(edge.current('shop')).rejects.toMatchObject({ code: 'EDGE' })
  })

  it('and does not end: it is ended when nobody waits any more', async () => {
    const aborting = new AbortController()
    const began = Date.now()
    const asked = node('setInterval(() => {}, 1_000)').apply(routes('shop'), { signal: aborting.signal })
    setTimeout(() => aborting.abort(new Error('enough')), 300)
    await expect(asked).rejects.toThrow('enough')
    expect(Date.now() - began).toBeLessThan(5_000)
  })

  it('and does not read what it is asked', async () => {
    const file = join(folder, 'deaf.mjs')
    writeFileSync(file, `console.log('{}')`)
    const many = { ...routes('shop'), pools: Array.from({ length: 5_000 }, () => routes('shop').pools).flat() }
    await commandEdge({ host, command: [process.execPath, file] }).apply(many)
  })
})

it('the program in docs/balancers.md is the one that is tested here', () => {
  const page = readFileSync(new URL('../../../../docs/balancers.md', import.meta.url), 'utf8')
  expect(page).toContain(`\`\`\`js\n${readFileSync(TOY, 'utf8')}\`\`\``)
})
