import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readState } from '../../../src/contracts/exported-state.js'
import { Cul8erError } from '../../../src/errors.js'
import type { LedgerState } from '../../../src/contracts/index.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'
import { validDeclaration } from '../topology/arbitrary.js'
import { parsed } from '../topology/sample.js'
import { AT, deployed, entry, ledger, summary } from '../ledger/ledgers.js'

/** As it comes out of a file. */
const file = (state: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(state)) as Record<string, unknown>

const full = (): LedgerState =>
  deployed(2, {
    expiresAt: AT,
    standby: { names: ['a'], until: AT },
    dirty: ['b'],
    current: summary('deploy', { by: { who: 'ann@laptop' } }),
    lastOperation: 7,
    history: [
      entry('deploy', 1),
      { ...entry('deploy', 2), by: { who: 'ann@laptop', directory: '/x', options: ['--force'] } },
      {
        ...entry('cleanup', 2, 'failed'),
        automatic: true,
        times: 3,
        error: { code: 'INCUS', message: 'no', details: {} },
      },
    ],
  })

/** Of hosts, drift and copies. */
const beside = (): LedgerState => {
  const dead = { state: 'dead', since: AT, silentSince: AT, answeredAt: AT, lookedAt: AT, cause: 'no route' } as const
  const copy = { resource: 'db', instance: 'shop-db', host: 'b', since: AT, at: AT, failed: 'no', late: true } as const
  const drifted = { resource: 'web', instance: 'edge', host: 'a', reasons: ['port 80'], live: true }
  return {
    ...full(),
    history: [
      { ...entry('repair', 2, 'rolledBack'), automatic: true, reason: 'drift of a', warnings: ['w'], lost: ['b'] },
      ...(['drain', 'rebalance', 'failover', 'replace', 'snapshot', 'restart', 'restore'] as const).map((kind) =>
        entry(kind, 2),
      ),
    ],
    current: summary('drain', { without: ['b'], automatic: true, reason: 'x' }),
    standby: { names: ['a'], until: AT, revisions: [1] },
    unhealthy: {
      'web/1': {
        ...{ instance: 'shop-web-1', resource: 'web', reason: 'no', at: AT, restarts: [AT], triedAt: AT },
        ...{ replacedAt: AT, wellSince: AT, notBefore: AT, toldAt: AT, many: true, operation: 3 },
      },
    },
    hosts: { a: { state: 'alive', since: AT, lookedAt: AT }, b: dead },
    hostChanges: [{ host: 'b', from: 'suspected', to: 'dead', at: AT, cause: 'no route' }],
    failover: {
      ...{ without: ['b'], times: 2, notBefore: AT, behind: ['c'], refused: ['b'] },
      noRoom: { instances: ['shop-web-1'], times: 1, notBefore: AT },
    },
    flapping: { b: { penalty: 2_000.5, at: AT, quietUntil: AT }, c: { penalty: 0, at: AT } },
    drift: { at: AT, changes: [{ action: 'update', ...drifted }], refused: 'no', times: 1, notBefore: AT },
    replicas: { 'db/@b': copy },
  }
}

describe('what was exported comes back as it was', () => {
  it.each<[string, LedgerState]>([
    ['all that a state can have', full()],
    ['and beside what was deployed', beside()],
    ['of nothing deployed', ledger()],
  ])('%s', (_what, state) => {
    expect(readState(file(state))).toEqual(state)
  })

  it.each<[string, Record<string, unknown>]>([
    ['rolling', {}],
    ['blueGreen', { strategy: { approach: 'blueGreen' } }],
    ['canary', { strategy: { approach: 'canary' } }],
    ['limits and a command', { web: { limits: { cpu: 2, memory: '1GiB' }, healthcheck: { command: ['x'] } } }],
    ['a cluster', { cluster: { name: 'c', nodes: ['web'], discovery: { strategy: 'dns' }, cookie: 'x' } }],
    [
      'drift, failover, routes and copies',
      {
        hosts: Object.fromEntries(['a', 'b'].map((name) => [name, { address: `u@${name}`, platform: 'debian' }])),
        ...{ drift: { repair: 'all' }, failover: { after: '30s' }, network: { betweenHosts: 'routed' } },
        web: { on: 'a', stateful: true, replicate: { to: 'b', every: '5m', keep: 3 } },
      },
    ],
    ['a ttl and a project', { ttl: '24h', project: 'team' }],
  ])('a topology: %s', (_what, extra) => {
    const topology = topologyOf(shop('1.0.0', extra))
    const [revision] = deployed(1).revisions
    const state = deployed(1, { revisions: [{ ...revision!, topology }] })
    expect(readState(file(state))).toEqual(state)
  })

  it('sealed certificates', () => {
    const [revision] = deployed(1).revisions
    const sealed = { box: 'v1:a:b:c', digest: 'd' }
    const certificates = { 'web/443': { sealed, fingerprint: 'f', notAfter: '2027-01-02T00:00:00Z' } }
    const state = deployed(1, { revisions: [{ ...revision!, certificates }] })
    expect(readState(file(state))).toEqual(state)
  })
})

it('any topology comes back as it was', () =>
  fc.assert(
    fc.property(validDeclaration, (written) => {
      const topology = parsed(written)
      const [revision] = deployed(1).revisions
      const state = deployed(1, { topology: topology.name, revisions: [{ ...revision!, topology }] })
      expect(readState(file(state)).revisions[0]?.topology).toStrictEqual(topology)
    }),
    { numRuns: 50 },
  ))

describe('a state of an older cul8er', () => {
  const older = (): Record<string, unknown> => {
    const { dirty, standby, stableBefore: _s, lastRevision: _l, history, ...rest } = full()
    const tidied = history.map((each) => ({ ...each, kind: each.kind === 'cleanup' ? 'tidy' : each.kind }))
    return file({ ...rest, history: tidied, unfinished: dirty, kept: standby })
  }

  it('is read by its old names', () => {
    expect(readState(older())).toEqual(full())
  })

  it.each<[string, LedgerState['history'], number, number[]]>([
    ['1, 2, back to 1, 3', [entry('deploy', 1), entry('deploy', 2), entry('rollback', 1), entry('deploy', 3)], 3, [1]],
    ['not before a destroy', [entry('deploy', 1), entry('destroy', 1), entry('deploy', 3)], 3, []],
    ['not what failed', [entry('deploy', 1), entry('deploy', 2, 'rolledBack'), entry('deploy', 3)], 3, [1]],
  ])('what was stable before is in its history: %s', (_what, history, stable, expected) => {
    const { stableBefore: _s, ...rest } = deployed(3, { history, stable })
    expect(readState(file(rest)).stableBefore).toEqual(expected)
  })

  it('numbers go on from the highest that it names', () => {
    const { lastRevision: _l, ...rest } = deployed(2, {
      lastOperation: 1,
      history: [{ ...entry('destroy', 9), number: 30 }],
    })
    expect(readState(file(rest))).toMatchObject({ lastRevision: 9, lastOperation: 30 })
  })
})

describe('what is no state is refused, with the place', () => {
  const broken = (change: (state: Record<string, never>) => void): unknown => {
    const state = file(full())
    change(state as Record<string, never>)
    return state
  }
  const set = (path: string, value: unknown) =>
    broken((state) => {
      const keys = path.split('.')
      const last = keys.pop()!
      const holder = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, state)
      if (value === undefined) delete holder[last]
      else holder[last] = value
    })

  it.each<[string, unknown, string]>([
    ['nothing', null, 'found nothing (null), allowed a mapping of topology'],
    ['a list', [], 'found an empty list'],
    ['no history', set('history', undefined), 'history: found nothing, allowed a list'],
    ['no revisions', set('revisions', undefined), 'revisions: found nothing, allowed a list'],
    ['an unknown key', set('histroy', []), 'histroy: found the unknown key "histroy", allowed topology, desired'],
    ['and the nearest', set('histroy', []), '(did you mean history?)'],
    ['a wrong kind', set('history.0.kind', 'deplyo'), 'history[0].kind: found "deplyo", allowed deploy'],
    ['a time that is none', set('expiresAt', 'soon'), 'expiresAt: found "soon", allowed a time'],
    ['a number that is a string', set('lastOperation', '9'), 'lastOperation: found "9", allowed a whole number'],
    ['a negative one', set('lastOperation', -1), 'lastOperation: found -1'],
    ['a stable revision that is not kept', set('stable', 9), 'stable: found 9, allowed one of the revisions 1, 2'],
    ['one to go back to that is not', set('stableBefore', [9]), 'stableBefore[0]: found 9'],
    ['a number twice', set('revisions.1.number', 1), 'revisions[1].number: found 1'],
    [
      'another topology',
      set('revisions.0.topology.name', 'x'),
      'revisions[0].topology.name: found "x", allowed "shop"',
    ],
    ['a name that is an option', set('topology', '--force'), 'topology: found "--force", allowed a name of letters'],
    [
      'a resource that is one',
      set('revisions.0.topology.resources', { '--x': {} }),
      'revisions[0].topology.resources.--x: found an empty mapping, allowed a name of letters',
    ],
    ['another strategy', set('revisions.0.topology.strategy.approach', 'ledger'), 'approach: found "ledger", allowed'],
    ['a time beyond all', set('revisions.0.topology.ttlMs', 9e15), 'ttlMs: found 9000000000000000, allowed'],
    ['another', set('revisions.0.topology.strategy.keepMs', 9e15), 'keepMs: found 9000000000000000, allowed'],
    [
      'looks without a pause',
      set('revisions.0.topology.drift', { everyMs: 0, repair: 'all' }),
      'drift.everyMs: found 0, allowed',
    ],
    ['a death of nothing', set('revisions.0.topology.failover', { afterMs: 1 }), 'failover.afterMs: found 1, allowed'],
    [
      'copies without a pause',
      set('revisions.0.topology.resources.web.replicate', { to: ['b'], everyMs: 1, keep: 1 }),
      'web.replicate.everyMs: found 1, allowed',
    ],
    ['instances beyond all', set('revisions.0.topology.resources.web.replicas', 4e9), 'replicas: found 4000000000'],
    [
      'a release that is a path',
      set('revisions.0.topology.resources.web.deploy', { release: '../x', version: '1' }),
      'deploy.release: found "../x", allowed a name',
    ],
    ['an option of Incus', set('revisions.0.topology.resources.web.devices', { '-x': {} }), 'devices.-x: found'],
    [
      'a label of ours',
      set('revisions.0.topology.resources.web.config', { 'user.cul8er.color': 'green' }),
      "web.config: found a mapping, allowed keys that are not cul8er's",
    ],
    [
      'a health check of another machine',
      set('revisions.0.topology.resources.web.healthcheck', {
        probe: { kind: 'http', scheme: 'http', port: 80, path: '@other.test/', expectedStatus: null },
      }),
      'probe.path: found "@other.test/", allowed the path of a URL',
    ],
    ['two variables', set('revisions.0.topology.resources.web.environment', { 'A=B\nC': { value: '' } }), 'A=B'],
    ['more than a path', set('revisions.0.topology.project', 'a&b=c'), 'project: found "a&b=c", allowed'],
    [
      'a line for the edge',
      set('revisions.0.topology.resources.web.expose', [
        { port: 1, as: 1, protocol: 'http', host: 'a\nb', certificate: null, sticky: false },
      ]),
      'expose[0].host: found "a\\nb"',
    ],
    ['a number that ends all numbers', set('lastOperation', Number.MAX_SAFE_INTEGER), 'lastOperation: found'],
    ['half a topology', set('revisions.0.topology.hosts', undefined), 'revisions[0].topology.hosts: found nothing'],
    [
      'a path for a digest',
      set('revisions.0.artifacts', { 'a@1': { sha256: '../../seal.key', size: 1 } }),
      'revisions[0].artifacts["a@1"].sha256: found "../../seal.key", allowed a sha256',
    ],
  ])('%s', (_what, state, message) => {
    const error = caught(() => readState(state))
    expect(error).toMatchObject({ code: 'USAGE', hint: expect.stringContaining('state export') as string })
    expect(error.message).toContain(message)
  })

  it('all at once', () => {
    const error = caught(() => readState(set('history', undefined)))
    expect(error.details?.problems).toEqual([
      expect.objectContaining({ path: 'history', found: 'nothing', allowed: 'a list' }),
    ])
    expect(caught(() => readState({})).message.split('\n').length).toBeGreaterThan(8)
  })
})

function caught(run: () => unknown): Cul8erError {
  try {
    run()
  } catch (error) {
    if (error instanceof Cul8erError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
