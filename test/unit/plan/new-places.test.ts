import { describe, expect, it } from 'vitest'
import { volumeName } from '../../../src/naming/volume-names.js'
import { questions } from '../../../src/plan/new-places.js'
import type { HostFacts, Question } from '../../../src/plan/placement/facts.js'
import { planChanges, type PlanInput } from '../../../src/plan/plan.js'
import { foreign, revisionOf, web, worldOf } from './world.js'

type Part = Record<string, unknown>

const GIB = 1_024
const limits = { cpu: 2, memory: '2GiB' }

/** Four CPUs and 8 GiB. */
const facts = (host: string, over: Partial<HostFacts> = {}): HostFacts => ({
  ...{
    host,
    architectures: ['x86_64'],
    vms: true,
    silent: null,
    cordoned: null,
    taken: {},
    rootPools: {},
    instances: [],
  },
  total: { cpu: 4, memoryMiB: 8 * GIB, pools: {} },
  ...over,
})
const hosts = (over: Partial<HostFacts> = {}): HostFacts[] => [facts('one', over), facts('two')]
const busy = { instances: [{ ...foreign('busy'), config: { 'limits.cpu': '3' } }] }

const input = (app: Part, over: Partial<PlanInput> = {}, rest: Part = {}): PlanInput => ({
  revision: revisionOf(web(app, rest)),
  observed: [],
  ...over,
})

/** `web-1@two: why`. */
const placed = (given: PlanInput): string[] =>
  planChanges(given).changes.map(({ instance, host, placement }) => `${instance}@${host}: ${placement}`)

describe('what is new', () => {
  it.each<[string, PlanInput, string[]]>([
    [
      'goes by what hosts have',
      input({ limits }, { facts: hosts(busy) }),
      ['shop-web@two: the only one that can have it'],
    ],
    ['nobody asked: by the number of instances', input({ limits }), ['shop-web@one: first of equal hosts']],
    ['has no reason where there is one host', input({ limits, on: 'one' }), ['shop-web@one: undefined']],
    [
      'in a set of another color too',
      input({ limits }, { facts: hosts(busy) }, { strategy: { approach: 'blueGreen' } }),
      ['shop-web-blue@two: the only one that can have it'],
    ],
    [
      'goes where its volume is',
      input(
        { limits, volumes: { data: { path: '/data' } } },
        {
          facts: hosts(),
          storage: [
            {
              host: 'two',
              pools: ['default'],
              volumes: [
                {
                  ...{
                    host: 'two',
                    pool: 'default',
                    name: volumeName('shop', 'web', null, 'data'),
                    sizeMiB: null,
                    topology: 'shop',
                  },
                  ...{ resource: 'web', usedBy: [], project: 'default', createdAt: '2026-01-01T00:00:00Z' },
                },
              ],
            },
          ],
        },
      ),
      ['shop-web@two: undefined'],
    ],
  ])('%s', (_, given, expected) => expect(placed(given)).toEqual(expected))

  it('does not count a stopped instance, and counts what is declared for one that stays', () => {
    const stopped = { instances: [{ ...foreign('busy'), status: 'Stopped' as const, config: { 'limits.cpu': '4' } }] }
    expect(placed(input({ limits }, { facts: hosts(stopped) }))).toEqual(['shop-web@one: first of equal hosts'])
    const before = worldOf(revisionOf(web({ replicas: 1, on: 'one' })))
    const more = input({ replicas: 2, limits: { cpu: 3 } }, { observed: before, facts: hosts({ instances: before }) })
    expect(planChanges(more).changes.map(({ action, instance, host }) => `${action} ${instance}@${host}`)).toEqual([
      'update shop-web-1@one',
      'create shop-web-2@two',
    ])
    const third = input({ replicas: 3, limits: { cpu: 3 } }, { observed: before, facts: hosts({ instances: before }) })
    expect(() => planChanges(third)).toThrow('no host can have shop-web-3: one, two: 3 CPUs wanted, 1 of 4 free')
  })
})

describe('what has a host', () => {
  it('keeps it, whatever others have, and whatever its placement asks for now', () => {
    const revision = revisionOf(web({ limits, replicas: 2, on: 'one' }))
    const observed = worldOf(revision)
    const placement = { antiAffinity: [{ to: 'web', required: true }] }
    const now = input({ limits, replicas: 2, placement }, { observed, facts: hosts({ instances: observed }) })
    expect(planChanges(now).changes).toEqual([])
  })

  it('leaves one that is not declared for it any more, by what others have', () => {
    const observed = worldOf(revisionOf(web({ limits, on: 'two' }, THREE)))
    const given = input(
      { limits, on: ['one', 'three'] },
      { observed, facts: [facts('one', busy), facts('three')] },
      THREE,
    )
    expect(placed(given)).toEqual(['shop-web-green@three: the only one that can have it'])
  })

  const THREE = {
    hosts: Object.fromEntries(['one', 'two', 'three'].map((name) => [name, { address: name, platform: 'emulated' }])),
  }
})

describe('without room', () => {
  const full = input({ limits: { cpu: 4 }, replicas: 3 }, { facts: hosts() })
  const message = 'no host can have shop-web-3: one, two: 4 CPUs wanted, 0 of 4 free'
  it('is refused, with what is missing where', () => {
    expect(() => planChanges(full)).toThrow(
      expect.objectContaining({
        code: 'NO_ROOM',
        message,
        details: {
          instances: { 'shop-web-3': { one: '4 CPUs wanted, 0 of 4 free', two: '4 CPUs wanted, 0 of 4 free' } },
        },
      }) as Error,
    )
  })

  it('partly: what has room is made, and what has none is named', () => {
    const { changes, unplaced } = planChanges({ ...full, partly: true })
    expect(changes.map(({ instance, host }) => `${instance} on ${host}`)).toEqual([
      'shop-web-1 on one',
      'shop-web-2 on two',
    ])
    expect(unplaced).toEqual([{ instance: 'shop-web-3', why: message }])
  })

  it('partly, where nothing has room: it is refused all the same', () => {
    const none = input({ limits: { cpu: 8 }, replicas: 2 }, { facts: hosts(), partly: true })
    expect(() => planChanges(none)).toThrow(expect.objectContaining({ code: 'NO_ROOM' }) as Error)
  })

  it.each([
    ['--force', { force: true }],
    ['rollback', { goesBack: true }],
  ])('%s goes on, and says so', (word, over) => {
    const { changes, notes } = planChanges({ ...full, ...over })
    expect(changes.map(({ host }) => host)).toEqual(['one', 'two', 'one'])
    expect(notes).toContain(
      `shop-web-3 goes to one although no host can have it: one, two: 4 CPUs wanted, 0 of 4 free (${word})`,
    )
  })

  it('is another error where no host runs virtual machines', () => {
    const none = [facts('one', { vms: false }), facts('two', { vms: false })]
    expect(planChanges(input({ type: 'vm' }, { facts: none })).changes).toHaveLength(1)
  })
})

describe('the fingerprint', () => {
  it('is another for another host, and the same for the same', () => {
    const print = (over: Partial<HostFacts> = {}) => planChanges(input({ limits }, { facts: hosts(over) })).fingerprint
    expect(print()).toBe(print({ taken: { default: 1 } }))
    expect(print()).not.toBe(print(busy))
  })
})

describe('what hosts are asked', () => {
  const question = (host: string, over: Partial<Question> = {}): Question => ({
    ...{ host, capacity: true, abilities: false, rootPoolsOf: [], pools: [] },
    ...over,
  })
  const careful = {
    hosts: {
      one: { address: 'localhost', platform: 'debian', reserve: { cpu: 1 } },
      two: { address: 'deploy@10.0.0.2', platform: 'debian' },
    },
  }
  it.each<[string, PlanInput, Question[]]>([
    ['one host: only whether it is cordoned', input({ limits, on: 'one' }), [question('one', { capacity: false })]],
    ['no limits: the same', input({}), ['one', 'two'].map((host) => question(host, { capacity: false }))],
    ['nothing new: nothing', input({ limits }, { observed: worldOf(revisionOf(web({ limits }))) }), []],
    ['limits and several hosts', input({ limits }), [question('one'), question('two')]],
    ['a host that is left out is not asked', input({ limits }, { without: ['two'] }), [question('one')]],
    ['one host that declares a reserve', input({ limits, on: 'one' }, {}, careful), [question('one')]],
    [
      'disks and volumes: their pools',
      input({ limits: { disk: '1GiB' }, volumes: { data: { path: '/d', size: '1GiB', pool: 'fast' } } }),
      ['one', 'two'].map((host) => question(host, { rootPoolsOf: ['web'], pools: ['fast'] })),
    ],
    [
      'a virtual machine without limits: what they can run',
      input({ type: 'vm' }),
      ['one', 'two'].map((host) => question(host, { capacity: false, abilities: true })),
    ],
  ])('%s', (_, given, expected) => expect(questions(given)).toEqual(expected))
})
