import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hardware } from '../../src/emulator/model.js'
import type { Plan } from '../../src/plan/model.js'
import { Rig, topologyOf } from '../support/rig.js'

/* New instances go where there is room, for a reason that the plan gives; without room nothing is touched. */

type Part = Record<string, unknown>

const SMALL: Partial<Hardware> = { cpus: 4, memoryMiB: 8_192, poolMiB: 100 * 1_024 }
const app = (over: Part = {}): Part => ({ image: 'cul8er/tiny', limits: { cpu: 1, memory: '1GiB' }, ...over })

describe('placement', { timeout: 90_000 }, () => {
  let rig: Rig
  const asked: string[] = []
  beforeAll(async () => {
    rig = await Rig.start(undefined, {
      wrap: (executor) => ({
        ...executor,
        run: (command, options) => {
          asked.push(`${executor.host} ${command.args.join(' ')}`)
          return executor.run(command, options)
        },
      }),
    })
  })
  afterAll(() => rig.stop())

  /** Three small hosts of its own, `NAME-a` to `NAME-c`. */
  class World {
    constructor(
      readonly name: string,
      private readonly resources: Record<string, Part>,
      private readonly hosts: Record<string, Part> = {},
    ) {}

    static async of(name: string, resources: Record<string, Part>, hosts?: Record<string, Part>): Promise<World> {
      for (const host of ['a', 'b', 'c']) await rig.emulator.setHardware(SMALL, `${name}-${host}`)
      return new World(name, resources, hosts)
    }

    revision(over: Part = {}) {
      const hosts = ['a', 'b', 'c'].map((host): [string, Part] => [
        `${this.name}-${host}`,
        { address: `${this.name}-${host}`, platform: 'emulated', ...this.hosts[host] },
      ])
      const { name, resources } = this
      return rig.revision(topologyOf({ name, hosts: Object.fromEntries(hosts), resources, ...over }), {})
    }

    plan(over: Part = {}, force = false): Promise<Plan> {
      return rig
        .inspect({ kind: 'plan', topology: this.name, revision: this.revision(over), force })
        .then(({ plan }) => plan)
    }

    deploy(over: Part = {}, request: { force?: boolean; planFingerprint?: string } = {}) {
      return rig.run(this.name, { kind: 'deploy', revision: this.revision(over), ...request })
    }

    /** What is on its hosts: `a: web-1 web-2`. */
    places(): string[] {
      const state = rig.emulator.state()
      return ['a', 'b', 'c'].map((host) => {
        const names = Object.values(state[`${this.name}-${host}`]?.instances ?? {}).map(({ name }) =>
          name.replace(`${this.name}-`, ''),
        )
        return [`${host}:`, ...names.sort()].join(' ')
      })
    }

    async byHand(host: string, ...args: string[]): Promise<void> {
      expect(await rig.emulator.execute(`${this.name}-${host}`, args)).toMatchObject({ exitCode: 0 })
    }
  }

  /** `web-1 on a: why`. */
  const placed = ({ topology, changes }: Plan): string[] =>
    changes.map(({ instance, host, placement }) =>
      `${instance} on ${host}: ${placement}`.replaceAll(`${topology}-`, ''),
    )

  it.concurrent('spreads over hosts, more replicas than those, and leaves there what is there', async () => {
    const world = await World.of('spread', { web: app({ replicas: 4 }) })
    await rig.emulator.setHardware({ cpus: 64, memoryMiB: 64 * 1_024 }, 'spread-c')
    expect(placed(await world.plan())).toEqual([
      'web-1 on c: most room left',
      'web-2 on a: first of equal hosts',
      'web-3 on b: fewest of web (0 instances)',
      'web-4 on c: most room left',
    ])
    expect(await world.deploy()).toMatchObject({ outcome: 'succeeded' })
    expect(world.places()).toEqual(['a: web-2', 'b: web-3', 'c: web-1 web-4'])
    await rig.emulator.setHardware({ cpus: 64, memoryMiB: 64 * 1_024 }, 'spread-a')
    expect((await world.plan()).empty).toBe(true)
    const more = { resources: { web: app({ replicas: 5 }) } }
    expect(placed(await world.plan(more))).toEqual(['web-5 on a: most room left'])
  })

  it.concurrent('packs on as few hosts as possible', async () => {
    const world = await World.of('pack', { web: app({ replicas: 4, placement: { strategy: 'pack' } }) })
    expect(placed(await world.plan())[0]).toBe('web-1 on a: packed: 1 of 3 hosts in use')
    expect(await world.deploy()).toMatchObject({ outcome: 'succeeded' })
    expect(world.places()).toEqual(['a: web-1 web-2 web-3 web-4', 'b:', 'c:'])
  })

  it.concurrent('without room says what is missing where, and touches nothing', async () => {
    const limits = { cpu: 3, memory: '1GiB' }
    const world = await World.of('full', { web: app({ replicas: 4, limits }) })
    const error = {
      code: 'NO_ROOM',
      message: 'no host can have full-web-4: full-a, full-b, full-c: 3 CPUs wanted, 1 of 4 free',
    }
    expect(await world.deploy()).toMatchObject({ outcome: 'failed', error })
    expect(world.places()).toEqual(['a:', 'b:', 'c:'])
    const { notes } = await world.plan({}, true)
    expect(notes).toContain(
      'full-web-4 goes to full-a although no host can have it: full-a, full-b, full-c: 3 CPUs wanted, 1 of 4 free (--force)',
    )
    expect(await world.deploy({}, { force: true })).toMatchObject({ outcome: 'succeeded' })
    expect(world.places()).toEqual(['a: web-1 web-4', 'b: web-2', 'c: web-3'])
  })

  it.concurrent('keeps to labels, and names every host that it refused', async () => {
    const require = { labels: { disk: 'ssd' } }
    const hosts = { a: { labels: { disk: 'ssd' } }, b: { labels: { disk: 'hdd' } } }
    const world = await World.of('label', { web: app({ replicas: 2, placement: { require } }) }, hosts)
    const plan = await world.plan()
    expect(placed(plan)).toEqual([
      'web-1 on a: the only one that can have it',
      'web-2 on a: the only one that can have it',
    ])
    expect(plan.notes).toContain(
      'web is not placed on label-b: its label is disk=hdd, not ssd; label-c: it has no label disk=ssd',
    )
    expect(await world.deploy()).toMatchObject({ outcome: 'succeeded' })
    expect(world.places()).toEqual(['a: web-1 web-2', 'b:', 'c:'])
  })

  it.concurrent('counts what others have, also in other projects', async () => {
    const world = await World.of('others', { web: app({ limits: { memory: '3GiB' } }) })
    await world.byHand('a', 'project', 'create', 'theirs')
    await world.byHand('a', 'launch', 'cul8er/tiny', 'big', '--project=theirs', '--config=limits.memory=6GiB')
    await world.byHand('b', 'launch', 'cul8er/tiny', 'big', '--config=limits.memory=1GiB')
    const plan = await world.plan()
    expect(placed(plan)).toEqual(['web on c: most room left'])
    expect(plan.notes).toContain('web is not placed on others-a: 3GiB of memory wanted, 2GiB of 8GiB free')
  })

  it.concurrent('puts nothing new on a cordoned host, and updates in place what is there', async () => {
    const world = await World.of('cordon', { web: { image: 'cul8er/tiny', replicas: 3 } })
    expect(await world.deploy()).toMatchObject({ outcome: 'succeeded' })
    const data = { config: { 'user.cul8er.cordoned': '{"reason":"disk fails"}' } }
    await world.byHand('a', 'query', '--request=PATCH', `--data=${JSON.stringify(data)}`, '/1.0')
    expect((await world.plan()).empty).toBe(true)
    const more = { resources: { web: { image: 'cul8er/tiny', replicas: 6, limits: { cpu: 1 } } } }
    const plan = await world.plan(more)
    expect(plan.changes.filter(({ action, host }) => action === 'create' && host === 'cordon-a')).toEqual([])
    expect(plan.changes).toContainEqual(expect.objectContaining({ action: 'update', host: 'cordon-a' }))
    expect(plan.notes).toContain('web is not placed on cordon-a: it is cordoned (disk fails)')
    expect(await world.deploy(more)).toMatchObject({ outcome: 'succeeded' })
    expect(world.places()).toEqual(['a: web-1', 'b: web-2 web-4 web-6', 'c: web-3 web-5'])
    const pinned = { resources: { web: { image: 'cul8er/tiny', on: 'cordon-a', replicas: 2 } } }
    expect(await world.deploy(pinned)).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'NO_ROOM',
        message: 'no host can have cordon-web-2: cordon-a: it is cordoned (disk fails)',
        hint: expect.stringMatching(/^cul8er hosts uncordon cordon-a; /) as string,
      },
    })
    expect(world.places()).toEqual(['a: web-1', 'b: web-2 web-4 web-6', 'c: web-3 web-5'])
  })

  it.concurrent('a host that does not say what it has comes last', async () => {
    const world = await World.of('silent', { web: app({ replicas: 2, on: ['silent-a', 'silent-b'] }) })
    rig.emulator.fault({
      match: { host: 'silent-a', verb: 'query' },
      fault: { error: 'not authorized' },
      times: 'always',
    })
    const plan = await world.plan()
    expect(placed(plan)).toEqual([
      'web-1 on b: what others have is not known',
      'web-2 on b: what others have is not known',
    ])
    expect(plan.notes.filter((note) => note.startsWith('what host silent-a has is not known'))).toHaveLength(1)
  })

  it.concurrent('a saved plan does not stand for another placement', async () => {
    const world = await World.of('saved', { web: app({ limits: { memory: '3GiB' } }) })
    const { fingerprint } = await world.plan()
    expect((await world.plan()).fingerprint).toBe(fingerprint)
    await world.byHand('a', 'launch', 'cul8er/tiny', 'big', '--config=limits.memory=6GiB')
    expect(await world.deploy({}, { planFingerprint: fingerprint })).toMatchObject({
      outcome: 'failed',
      error: { code: 'STALE_PLAN' },
    })
    const now = await world.plan()
    expect(await world.deploy({}, { planFingerprint: now.fingerprint })).toMatchObject({ outcome: 'succeeded' })
    expect(world.places()).toEqual(['a: big', 'b: web', 'c:'])
  })

  it.concurrent('with one host to be on limits add up to a note, and to a refusal where the host says so', async () => {
    const resources = { web: app({ on: 'single-a', replicas: 3, limits: { cpu: 2 } }) }
    const world = await World.of('single', resources)
    expect((await world.plan()).notes).toContain('the limits on single-a add up to more than it has: 6 CPUs of 4')
    const careful = new World('single', resources, { a: { reserve: { cpu: 1 } } })
    await expect(careful.plan()).rejects.toMatchObject({
      cause: {
        cause: {
          message:
            'no host can have single-web-2, single-web-3; single-web-2 is refused by single-a: 2 CPUs wanted, 1 of 3 free',
        },
      },
    })
    const generous = new World('single', resources, { a: { overcommit: { cpu: 2 } } })
    const plan = await generous.plan()
    expect(plan.changes).toHaveLength(3)
    expect(plan.notes).toEqual([])
  })

  it.concurrent('asks hosts only where there is something to choose by what they have', async () => {
    const about = (name: string): string[] =>
      asked.filter((line) => line.startsWith(`${name}-`) && /all-projects|\/1\.0\/resources/.test(line))
    const one = await World.of('few', { web: app({ on: 'few-a', limits: {} }) })
    await one.plan()
    const many = await World.of('many', { web: app({ replicas: 3, limits: {} }) })
    await many.plan()
    expect([...about('few'), ...about('many')]).toEqual([])
    const limited = await World.of('limited', { web: app({ replicas: 3 }) })
    await limited.plan()
    expect(about('limited').filter((line) => line.includes('all-projects'))).toHaveLength(3)
    await limited.deploy()
    const before = about('limited').length
    await limited.plan()
    expect(about('limited')).toHaveLength(before)
  })

  it.concurrent('keeps to the architecture', async () => {
    const require = { architecture: 'x86_64' }
    const world = await World.of('arch', { web: app({ limits: {}, placement: { require } }) })
    expect(placed(await world.plan())).toEqual(['web on a: first of equal hosts'])
    await expect(
      world.plan({ resources: { web: app({ placement: { require: { architecture: 'aarch64' } } }) } }),
    ).rejects.toMatchObject({
      cause: {
        cause: {
          message: 'no host can have arch-web: arch-a, arch-b, arch-c: its architecture is x86_64, not aarch64',
        },
      },
    })
  })
})
