import type * as Balancers from '../../src/traffic/balancers.js'
import type * as Makers from '../../src/traffic/makers.js'
import type * as Notifiers from '../../src/notifiers/notifiers.js'
import type * as Tellers from '../../src/notifiers/tellers.js'
import type * as Registry from '../../src/health/probes/registry.js'
import type { AddressKind } from '../../src/hosts/kinds/address.js'
import type { Host, SecretRef, Topology } from '../../src/topology/model.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import type { SecretSource } from '../../src/secrets/sources/source.js'
import { ADDRESS_KINDS, addressKind } from '../../src/hosts/kinds/addresses.js'
import { EXECUTOR_KINDS } from '../../src/hosts/kinds/executors.js'
import { RESOLVERS } from '../../src/secrets/sources/resolvers.js'
import { SECRET_SOURCES, secretSource } from '../../src/secrets/sources/sources.js'
import { BALANCERS } from '../../src/traffic/balancers.js'
import { MAKERS } from '../../src/traffic/makers.js'
import { createEdges } from '../../src/traffic/edges.js'
import { createExecutors } from '../../src/hosts/executors.js'
import { createServer, type AddressInfo } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { dial } from '../../src/hosts/dial.js'
import { exportedTopology } from '../../src/contracts/exported-topology.js'
import { fileURLToPath } from 'node:url'
import { parseTopology } from '../../src/topology/parse.js'
import { parsed, said, withApp, declaration } from './topology/sample.js'
import { KINDS as NOTIFIER_KINDS } from '../../src/notifiers/notifiers.js'
import { TELLERS } from '../../src/notifiers/tellers.js'
import type { Teller } from '../../src/notifiers/teller.js'
import { flown } from './toys/pigeon.js'
import { whatRuns } from '../../src/topology/what-runs.js'
import { probe } from '../../src/health/probe.js'
import { readdirSync } from 'node:fs'
import { resolveSecret } from '../../src/secrets/resolve.js'
import { toDeclaration } from '../support/declaration.js'
import { topologyJsonSchema } from '../../src/topology/json-schema.js'
import { unsupported } from '../../src/topology/unsupported.js'

/* What can be added to cul8er by a file or folder of its own and a line in a registry: each part adds a toy in this way and in no other. */

vi.mock('../../src/health/probes/registry.js', async (original) => {
  const { KINDS } = await original<typeof Registry>()
  const { kindsOf } = await import('../../src/health/probes/kinds.js')
  const { knock } = await import('./toys/knock.js')
  return { KINDS, PROBES: kindsOf([...KINDS, knock]) }
})

vi.mock('../../src/traffic/balancers.js', async (original) => {
  const { BALANCERS } = await original<typeof Balancers>()
  const { edgesOf } = await import('../../src/traffic/chosen.js')
  const { blackboard } = await import('./toys/blackboard.js')
  return { BALANCERS, EDGES: edgesOf([...BALANCERS, blackboard]) }
})

vi.mock('../../src/traffic/makers.js', async (original) => {
  const { MAKERS } = await original<typeof Makers>()
  const { blackboardEdge } = await import('./toys/blackboard.js')
  return { MAKERS: { ...MAKERS, blackboard: blackboardEdge } }
})

vi.mock('../../src/notifiers/notifiers.js', async (original) => {
  const { KINDS } = await original<typeof Notifiers>()
  const { notifiersOf } = await import('../../src/notifiers/known.js')
  const { pigeon } = await import('./toys/pigeon.js')
  return { KINDS, NOTIFIERS: notifiersOf([...KINDS, pigeon]) }
})

vi.mock('../../src/notifiers/tellers.js', async (original) => {
  const { TELLERS } = await original<typeof Tellers>()
  const { tellByPigeon } = await import('./toys/pigeon.js')
  return { TELLERS: { ...TELLERS, pigeon: tellByPigeon } }
})

const probed = (healthcheck: object) => ({
  name: 'shop',
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: { app: { image: 'images:debian/12', healthcheck } },
})
const parsedProbe = (healthcheck: object) => {
  const result = parseTopology(probed(healthcheck))
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '))
  return result.topology
}
const problems = (healthcheck: object): string[] => {
  const result = parseTopology(probed(healthcheck))
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`)
}

const folders = (path: string): string[] =>
  readdirSync(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()

describe('a probe', () => {
  const toy = { kind: 'knock', port: 7, times: 3 }

  it('is read from a file, written back and taken from an export', () => {
    const topology = parsedProbe({ endpoint: 'knock://localhost:7', knocks: 3 })
    expect(topology.resources.app?.healthcheck?.probe).toEqual(toy)
    expect(parseTopology(toDeclaration(topology))).toEqual({ ok: true, topology })
    expect(exportedTopology.parse(topology)).toEqual(topology)
  })

  it('has its mistakes told in the words of all', () => {
    expect(problems({ endpoint: 'knok://localhost:7' })).toEqual([
      expect.stringMatching(/endpoint: .*'knock:\/\/localhost:PORT'.*did you mean knock:\/\/localhost:7\?/),
    ])
    expect(problems({ endpoint: 'knock://localhost:7', knocks: 10 })).toEqual([
      'resources.app.healthcheck.knocks: found 10, allowed a whole number from 1 to 9',
    ])
    expect(problems({ endpoint: 'tcp://localhost:7', knocks: 3 })).toEqual([
      'resources.app.healthcheck.knocks: found it without a knock endpoint, allowed it beside a knock endpoint only',
    ])
  })

  it('is in the JSON Schema', () => {
    expect(JSON.stringify(topologyJsonSchema())).toContain('How often to knock')
  })

  it('is asked', async () => {
    let knocks = 0
    const server = createServer((socket) => {
      knocks += 1
      socket.end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const none = (): never => {
      throw new Error('not expected')
    }
    const executor: HostExecutor = { host: 'h', run: none, tryRun: none, connect: dial, close: async () => {} }
    const { port } = server.address() as AddressInfo
    const found = await probe(
      { ...toy, port } as never,
      {
        spec: { name: 'shop-app', project: null, resource: 'app', release: null },
        address: '127.0.0.1',
        executor,
      },
      { timeoutMs: 1_000 },
    )
    server.close()
    expect(found).toMatchObject({ outcome: 'ok', message: 'opened 3 times' })
    expect(knocks).toBe(3)
  })
})

describe('a kind of host', () => {
  it('has a folder of its own and is in the registry', () =>
    expect(ADDRESS_KINDS.map(({ name }) => name).sort()).toEqual(folders('hosts/kinds')))

  it.each(ADDRESS_KINDS as readonly AddressKind[])('$name: has an executor, or says why it has none', (kind) => {
    const reached = Object.keys(EXECUTOR_KINDS).includes(kind.name)
    expect(reached).toBe(kind.unavailable === undefined)
  })

  it.each([
    [{ address: 'localhost', platform: 'debian' }, 'local'],
    [{ address: 'web', platform: 'emulated' }, 'emulated'],
    [{ address: 'web', platform: 'debian' }, 'ssh'],
    [{ address: 'web', platform: 'incusos' }, 'incus'],
  ])('%j is one of %s: either it is reached, or a deploy says that it is not', (host, kind) => {
    const topology = parsed(declaration({ hosts: { here: host } }))
    const here = topology.hosts.here as Host
    expect(here.kind).toBe(kind)
    const { unavailable } = addressKind(kind)
    expect(unsupported(topology)).toEqual(
      unavailable === undefined ? [] : [{ path: 'hosts.here.address', what: unavailable }],
    )
    const executors = createExecutors({ emulation: { execute: () => Promise.reject(new Error('not asked')) } })
    if (unavailable === undefined) expect(executors.executorFor('here', here).host).toBeTypeOf('string')
    else expect(() => executors.executorFor('here', here)).toThrow(unavailable)
  })

  it.each(['podman', 'constructor', ''])('an unknown one is an error and never this machine: %j', (name) => {
    expect(() => addressKind(name)).toThrow(`unknown kind of host ${name}`)
    const host = { address: 'localhost', kind: name as Host['kind'] }
    expect(() => createExecutors().executorFor('x', host)).toThrow(
      expect.objectContaining({
        code: 'NOT_SUPPORTED_YET',
        message: `host x: localhost cannot be reached: unknown kind of host ${name}`,
      }),
    )
  })
})

describe('a secret source', () => {
  it('has a folder of its own and is in the registry', () =>
    expect(SECRET_SOURCES.map(({ name }) => name).sort()).toEqual(folders('secrets/sources')))

  it.each(SECRET_SOURCES as readonly SecretSource[])('$name: can be resolved, or says why not', async (source) => {
    expect(Object.keys(RESOLVERS).includes(source.name)).toBe(source.unavailable === undefined)
    const secret = { from: source.name, key: 'k' }
    const topology = parsed(withApp({ environment: { A: { secret } } }))
    expect(unsupported(topology).map(({ what }) => what)).toEqual(
      source.unavailable === undefined ? [] : [source.unavailable],
    )
    const code = source.unavailable === undefined ? 'SECRET_UNRESOLVED' : 'NOT_SUPPORTED_YET'
    const resolved = resolveSecret(secret as SecretRef, 'A', { env: { PATH: '/nowhere' } })
    await expect(resolved).rejects.toMatchObject({ code })
  })

  it.each(['keychain', 'constructor'])('an unknown one is an error: %s', async (name) => {
    expect(() => secretSource(name)).toThrow(`no source of secrets ${name}`)
    const ref = { from: name as SecretRef['from'], key: null }
    await expect(resolveSecret(ref, 'A', { env: {} })).rejects.toMatchObject({
      code: 'NOT_SUPPORTED_YET',
      message: `secret A: secrets from ${name} are not supported yet`,
    })
  })
})

describe('a balancer', () => {
  const withEdge = (edge: unknown) =>
    declaration({ hosts: { here: { address: 'localhost', platform: 'debian', edge } } })
  const executors = createExecutors({ emulation: { execute: () => Promise.reject(new Error('not asked')) } })
  const edges = createEdges({ executorFor: (name, host) => executors.executorFor(name, host), home: '/nowhere' })

  it('has a folder of its own and is in both registries', () => {
    const kinds = BALANCERS.map(({ kind }) => kind).sort()
    // The instance that one of them, or several, may live in.
    expect(kinds).toEqual(folders('traffic').filter((name) => name !== 'instance'))
    expect(Object.keys(MAKERS).sort()).toEqual(['blackboard', ...kinds])
  })

  it('is read from a file, written back and taken from an export', () => {
    const topology = parsed(withEdge({ blackboard: 'cellar' }))
    expect(topology.hosts.here?.edge).toEqual({ kind: 'blackboard', room: 'cellar' })
    expect(parseTopology(toDeclaration(topology))).toEqual({ ok: true, topology })
    expect(exportedTopology.parse(topology)).toEqual(topology)
    expect(exportedTopology.safeParse(withHostEdge(topology, { kind: 'blackboard' })).success).toBe(false)
  })

  it('has its mistakes told in the words of all', () => {
    expect(said(withEdge({ blackbord: 'cellar' }))).toEqual([
      'hosts.here.edge.blackbord: found the unknown key "blackbord", allowed command, blackboard (did you mean blackboard?)',
    ])
    expect(said(withEdge({ blackboard: '' }))).toEqual(['hosts.here.edge.blackboard: found "", allowed a room'])
  })

  it('is in the JSON Schema', () => expect(JSON.stringify(topologyJsonSchema())).toContain('a blackboard in a room'))

  it('carries out what is to go where', async () => {
    const { here } = parsed(withEdge({ blackboard: 'cellar' })).hosts
    const edge = edges.edgeFor('here', here as Host)
    expect(edge).toMatchObject({ room: 'cellar' })
    expect(edges.edgeFor('here', here as Host)).toBe(edge)
    await edge.apply({ topology: 'shop', routes: [], pools: [] })
    expect(await edge.current('shop')).toMatchObject({ topology: 'shop' })
  })

  it.each(['nginx', 'constructor'])('an unknown one is an error and never another one: %s', (kind) => {
    const host = { address: 'localhost', platform: 'debian', kind: 'local', credentials: null, edge: { kind } }
    expect(() => edges.edgeFor('here', host as unknown as Host)).toThrow(
      expect.objectContaining({
        code: 'NOT_SUPPORTED_YET',
        message: `host here: this cul8er knows no balancer ${kind}`,
      }),
    )
  })
})

describe('a notifier', () => {
  const withNotifier = (entry: unknown) => declaration({ notify: [entry] })

  it('has a folder of its own and is in both registries', () => {
    const kinds = NOTIFIER_KINDS.map(({ kind }) => kind).sort()
    expect(kinds).toEqual(folders('notifiers'))
    expect(Object.keys(TELLERS).sort()).toEqual([...kinds, 'pigeon'].sort())
  })

  it('is read from a file and taken from an export', () => {
    const topology = parsed(withNotifier({ pigeon: 'Greta', on: ['held'] }))
    expect(topology.notify).toEqual([{ to: { kind: 'pigeon', name: 'Greta' }, on: ['held'] }])
    expect(exportedTopology.parse(topology)).toEqual(topology)
    expect(whatRuns(topology)).toContain('notify: a pigeon called Greta flies')
  })

  it('has its mistakes told in the words of all', () => {
    expect(said(withNotifier({ pidgeon: 'Greta' }))).toEqual([
      'notify[0].pidgeon: found the unknown key "pidgeon", allowed webhook, command, pigeon, on (did you mean pigeon?)',
    ])
    expect(said(withNotifier({ pigeon: '' }))).toEqual([
      'notify[0].pigeon: found a string, allowed the name of a pigeon',
    ])
  })

  it('is in the JSON Schema', () => expect(JSON.stringify(topologyJsonSchema())).toContain('A pigeon by its name'))

  it('is told', async () => {
    const event = { event: 'unhealthy', topology: 'shop', instance: 'shop-app', reason: 'silent', at: '2026' } as const
    const { signal } = new AbortController()
    const { notify = [] } = parsed(withNotifier({ pigeon: 'Greta' }))
    for (const { to } of notify) {
      const tell = TELLERS[to.kind] as Teller<unknown>
      await tell(to, { event, key: 'k', secret: null, signal })
    }
    expect(flown).toEqual(['Greta: shop-app is silent'])
  })
})

const withHostEdge = (topology: Topology, edge: object) => ({
  ...topology,
  hosts: { here: { ...topology.hosts.here, edge } },
})
