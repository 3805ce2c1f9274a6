import { describe, expect, it } from 'vitest'
import type { Host } from '../../../src/topology/model.js'
import { createExecutors } from '../../../src/hosts/executors.js'
import { createEdges } from '../../../src/traffic/edges.js'
import { whatRuns } from '../../../src/topology/what-runs.js'
import { parsed, said } from './sample.js'

const OWN = { command: ['/usr/local/bin/my-lb', '--quiet'] }
const host = (edge?: unknown) => ({ address: 'localhost', platform: 'debian', ...(edge === undefined ? {} : { edge }) })
const shop = (hosts: Record<string, unknown>, app: Record<string, unknown> = {}) => ({
  name: 'shop',
  hosts,
  resources: { app: { image: 'images:debian/12', ...app } },
})
const exposing = { network: { expose: [{ port: 80 }] } }
const two = (edge: unknown) => ({ web: host(edge), db: { address: 'db', platform: 'emulated' } })

describe('the balancer of a host', () => {
  it('is HAProxy where nothing is said, and the normal form says nothing', () => {
    const plain = parsed(shop({ web: host() }))
    expect(plain.hosts.web).toEqual({ address: 'localhost', platform: 'debian', kind: 'local', credentials: null })
    expect(JSON.stringify(parsed(shop({ web: host('haproxy') })))).toBe(JSON.stringify(plain))
  })

  it.each([
    ['none', { kind: 'none' }],
    [OWN, { kind: 'command', ...OWN }],
  ])('%j', (written, edge) => expect(parsed(shop({ web: host(written) })).hosts.web?.edge).toEqual(edge))

  it.each([
    ['haprox', '"haprox"', 'haproxy'],
    ['non', '"non"', 'none'],
    [7, '7', undefined],
  ])('%j is none', (written, found, meant) => {
    const near = meant === undefined ? '' : ` (did you mean ${meant}?)`
    expect(said(shop({ web: host(written) }))).toEqual([
      `hosts.web.edge: found ${found}, allowed haproxy, none, { command: ['program', 'argument'] }${near}`,
    ])
  })

  it.each([
    [
      { comand: ['x'] },
      'hosts.web.edge.comand: found the unknown key "comand", allowed command (did you mean command?)',
    ],
    [{ command: [] }, 'hosts.web.edge.command: found an empty list, allowed a program and its arguments'],
    [{}, "hosts.web.edge: found an empty mapping, allowed haproxy, none, { command: ['program', 'argument'] }"],
  ])('%j is told what is wrong', (written, message) => expect(said(shop({ web: host(written) }))).toEqual([message]))
})

describe('a host without one', () => {
  it('opens no port', () => {
    expect(said(shop(two('none'), { on: ['web', 'db'], ...exposing }))).toEqual([
      'resources.app.network.expose: found a public port of app on host web, whose edge is none, allowed public ports on hosts that have a balancer',
    ])
    expect(said(shop({ web: host('none') }, exposing))).toHaveLength(1)
  })

  it('is no place for what exposes something and names no host', () =>
    expect(parsed(shop(two('none'), exposing)).resources.app?.on).toEqual(['db']))

  it('runs what exposes nothing', () => expect(parsed(shop(two('none'))).resources.app?.on).toEqual(['web', 'db']))
})

describe('the edge of a host', () => {
  const executors = createExecutors({ emulation: { execute: () => Promise.reject(new Error('not asked')) } })
  const edges = createEdges({ executorFor: (name, host) => executors.executorFor(name, host), home: '/nowhere' })
  const of = (edge?: unknown, name = 'web') => edges.edgeFor(name, parsed(shop(two(edge))).hosts[name] as Host)

  it('is one for each way in which it is declared', () => {
    expect(of()).toBe(of())
    expect(of()).not.toBe(of('none'))
    expect(of(OWN)).not.toBe(of({ command: ['other'] }))
  })

  it('none knows nothing, and refuses to be told', async () => {
    const none = of('none')
    expect(await none.current('shop')).toBeNull()
    await none.remove('shop')
    await expect(none.apply({ topology: 'shop', routes: [], pools: [] })).rejects.toMatchObject({
      code: 'EDGE',
      message: 'host web has no balancer, so shop cannot open public ports there',
    })
  })
})

it('a person is told what the worker runs', () => {
  expect(whatRuns(parsed(shop({ web: host(OWN) })))[1]).toBe(
    'host web: its balancer is what the worker runs, and gets the keys of certificates: /usr/local/bin/my-lb --quiet',
  )
  expect(whatRuns(parsed(shop({ web: host('none') })))).toHaveLength(2)
})
