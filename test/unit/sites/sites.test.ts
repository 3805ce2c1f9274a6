import { describe, expect, it, test } from 'vitest'
import { bySite, onlySite, siteOfInput, siteQueue, siteWatchQueue } from '../../../src/contracts/index.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { siteNamed } from '../../../src/sites/name.js'
import { noWorker, startWithin } from '../../../src/sites/no-worker.js'
import { reaching } from '../../../src/sites/reaching.js'
import { box, unbox } from '../../../src/sites/relayed.js'
import { eachMachineOnce, isThisMachine, machineOf } from '../../../src/topology/hosts.js'
import type { Host } from '../../../src/topology/model.js'

const host = (address: string, site?: string): Host => ({
  ...{ address, platform: 'debian', kind: address === 'localhost' ? 'local' : 'ssh', credentials: null },
  ...(site === undefined ? {} : { site }),
})

test.each<[string, unknown, string | undefined]>([
  ['a host of a site', { host: 'h1', via: host('a', 'home') }, 'home'],
  ['a host of none', { host: 'h1', via: host('a') }, undefined],
  ['several hosts', { hosts: { h1: host('a', 'home') } }, undefined],
  ['a copy from one to another', { via: host('a', 'home'), from: { via: host('b', 'lab') } }, 'home'],
  ['nothing', undefined, undefined],
  ['no name', { via: { site: 7 } }, undefined],
])('an activity about %s', (_, input, site) => {
  expect(siteOfInput(input)).toBe(site)
})

test('queues of a site are apart from those of none', () => {
  expect([siteQueue('home'), siteQueue(undefined)]).toEqual(['cul8er-site-home', 'cul8er'])
  expect([siteWatchQueue('home'), siteWatchQueue(undefined)]).toEqual(['cul8er-watch-site-home', 'cul8er-watch'])
})

test.each<[Record<string, Host>, string | undefined]>([
  [{}, undefined],
  [{ a: host('a') }, undefined],
  [{ a: host('a', 'home'), b: host('b', 'home') }, 'home'],
  [{ a: host('a', 'home'), b: host('b') }, undefined],
  [{ a: host('a', 'home'), b: host('b', 'lab') }, undefined],
])('the one site of hosts %#', (hosts, site) => {
  expect(onlySite(hosts)).toBe(site)
})

test('hosts by their sites, in their order', () => {
  const hosts = { a: host('a', 'home'), b: host('b'), c: host('c', 'home') }
  expect(bySite(hosts).map(({ site, hosts: each }) => [site, Object.keys(each)])).toEqual([
    ['home', ['a', 'c']],
    [undefined, ['b']],
  ])
})

test.each<[string, (number | null)[], number]>([
  ['nobody', [], 2_000],
  ['one that asked a moment ago', [990_000], 6_000],
  ['one that asked long ago', [100_000], 2_000],
  ['one of two', [100_000, 999_000], 6_000],
  ['one whose time the server does not say', [null], 6_000],
  ['one whose clock is ahead', [1_060_000], 6_000],
])('%s asks for the work of a site', (_, times, ms) => {
  const pollers = times.map((lastAccessMs) => ({ lastAccessMs }))
  expect(startWithin(pollers, 1_000_000)).toBe(ms)
})

test('a site without a worker is named, with what to do', () => {
  expect(noWorker('home').toJSON()).toEqual({
    code: 'NO_WORKER',
    message: 'site home has no worker',
    hint: 'start one where its hosts can be reached: cul8er worker --site home',
    details: { site: 'home' },
  })
  expect(noWorker(undefined).message).toBe('no worker answers for the hosts without a site')
})

test.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['home', 'home'],
  ['home-2', 'home-2'],
])('a worker for site %j', (text, site) => {
  expect(siteNamed(text)).toBe(site)
})

test.each(['2home', 'home/lab', 'home ', '-x', 'a'.repeat(56)])('%j is no site', (text) => {
  expect(() => siteNamed(text)).toThrow(`${JSON.stringify(text)} is not a name of a site`)
})

describe('reaching hosts', () => {
  const named = (way: string) => (name: string) => ({ host: `${way} ${name}` }) as HostExecutor
  test.each<[string | undefined, string | undefined, string]>([
    [undefined, undefined, 'here h1'],
    [undefined, 'home', 'elsewhere h1'],
    ['home', 'home', 'here h1'],
    ['home', 'lab', 'elsewhere h1'],
    ['home', undefined, 'elsewhere h1'],
  ])('from %s to one of %s', (from, to, way) => {
    const executorFor = reaching(from, { here: named('here'), elsewhere: named('elsewhere') })
    expect(executorFor('h1', host('localhost', to)).host).toBe(way)
  })

  it('tells machines of the same address apart', () => {
    expect(machineOf('a', host('localhost'))).not.toBe(machineOf('b', host('localhost', 'home')))
    expect(machineOf('a', host('localhost', 'home'))).toBe(machineOf('b', host('localhost', 'home')))
    const all = { a: host('localhost'), b: host('localhost', 'home'), c: host('localhost', 'home') }
    expect(Object.keys(eachMachineOnce(all))).toEqual(['a', 'c'])
    expect([host('localhost'), host('localhost', 'home'), host('x')].map(isThisMachine)).toEqual([true, false, false])
  })
})

describe('what crosses from site to site', () => {
  const key = new Uint8Array(32).fill(1)
  const other = new Uint8Array(32).fill(2)
  const said = { stdout: 'the password is swordfish', exitCode: 0 }

  it('opens with the key, or one from before', () => {
    expect(unbox(box(said, key, 'answer'), [key], 'answer')).toEqual(said)
    expect(unbox(box(said, other, 'answer'), [key, other], 'answer')).toEqual(said)
  })

  it('shows nothing of itself', () => {
    const sealed = Buffer.from(box(said, key, 'answer'), 'base64').toString('latin1')
    expect(sealed).not.toContain('swordfish')
    expect(box(said, key, 'answer')).not.toBe(box(said, key, 'answer'))
  })

  it.each<[string, () => unknown]>([
    ['another key', () => unbox(box(said, key, 'answer'), [other], 'answer')],
    ['another use', () => unbox(box(said, key, 'request'), [key], 'answer')],
    ['a changed box', () => unbox(box(said, key, 'answer').replace(/^..../, 'AAAA'), [key], 'answer')],
    ['no box', () => unbox('', [key], 'answer')],
  ])('does not open with %s', (_, open) => {
    expect(open).toThrow(expect.objectContaining({ code: 'PERMISSION' }))
  })

  it('is packed, and refused where it is too large all the same', () => {
    expect(box('a'.repeat(20_000_000), key, 'answer').length).toBeLessThan(100_000)
    const noise = Array.from({ length: 400_000 }, (_, i) => (Math.sin(i) * 1e9).toString(36)).join('')
    expect(() => box(noise, key, 'answer')).toThrow(expect.objectContaining({ code: 'OUTPUT_LIMIT' }))
  })
})
