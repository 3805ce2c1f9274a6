import { describe, expect, it } from 'vitest'
import { changeEdge, type EdgeParts } from '../../../../src/traffic/haproxy/change.js'
import type { Commit, Committed, Exchange } from '../../../../src/traffic/haproxy/exchange.js'
import type { EdgeInstance } from '../../../../src/traffic/instance/instance.js'
import type { StoredTopology } from '../../../../src/traffic/haproxy/picture.js'
import { render } from '../../../../src/traffic/haproxy/render.js'
import { pool, route, server } from './cases.js'

const shop = (instance: string): StoredTopology => ({
  topology: 'shop',
  routes: [route(80, 'shop-web-4000')],
  pools: [pool('shop-web-4000', [server(instance)])],
})

/** An edge of which only versions and topologies are there; HAProxy answers nothing, so every change is a load. */
function edgeOf(commit: (commit: Commit) => Committed): EdgeParts {
  const seen = { name: 'edge', status: 'Running', devices: { 'port-80': {} } }
  const instance: Partial<EdgeInstance> = {
    look: async () => seen as never,
    openPorts: async (now) => now,
    direct: async () => null,
    settlePorts: async () => false,
  }
  const exchange: Partial<Exchange> = {
    read: async () => ({ version: '7', topologies: [shop('shop-web-1')], answer: '' }),
    commit: async (asked) => commit(asked),
  }
  return { instance: instance as EdgeInstance, exchange: exchange as Exchange, host: 'one', left: { known: null } }
}

describe('a change of an edge that somebody else writes to', () => {
  it.each([
    ['starts over with what that one wrote', false, 3],
    ['does not start over when nobody waits for it any more: the other one came after it', true, 1],
  ])('%s', async (_what, isCancelled, commits) => {
    const waited = new AbortController()
    let asked = 0
    const edge = edgeOf(() => {
      asked += 1
      if (asked === 1 && isCancelled) waited.abort(new Error('cancelled'))
      return asked < 3 ? { outcome: 'conflict', said: '8' } : { outcome: 'refused', said: 'enough' }
    })
    const changed = changeEdge(edge, { change: () => [shop('shop-web-2')], signal: waited.signal })
    await expect(changed).rejects.toThrow(isCancelled ? 'cancelled' : 'refuses the new configuration')
    expect(asked).toBe(commits)
  })
})

describe('certificates that are told again', () => {
  const PEM = 'cert\nkey\n'
  it.each([
    ['there: nothing is done', PEM, []],
    ['gone: they are loaded', '', ['load']],
    ['damaged: they are loaded', 'nonsense', ['load']],
  ])('and are %s', async (_what, kept, modes) => {
    const part: StoredTopology = { topology: 'shop', routes: [], pools: [] }
    const { skeleton } = render([part])
    const runtime = { pid: 1, skeleton, servers: [], map: {}, certificates: {} }
    const asked: string[] = []
    const edge = edgeOf(({ mode }) => {
      asked.push(mode)
      return { outcome: 'done', runtime, said: '' }
    })
    const answer = `Pid: 1\ndescription: cul8er-edge ${skeleton}\n`
    Object.assign(edge.exchange, {
      read: async () => ({ version: '7', topologies: [part], answer }),
      certificates: async () => [kept],
    })
    await changeEdge(edge, { change: (all) => all, pems: { x: PEM } })
    expect(asked).toEqual(modes)
  })
})
