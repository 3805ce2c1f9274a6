import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IncusCommand } from '../../src/incus/command.js'
import type { Artifact } from '../../src/plan/model.js'
import { Fleet, shopReleases } from '../support/fleet.js'
import { Rig } from '../support/rig.js'
import { wrapped } from '../support/wrapped.js'

/* Stop all, update all, start all: two versions never run at the same time. */

const DENIED = { error: 'not authorized' }

describe('recreate on an emulated host', { timeout: 90_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  /** What was carried out on each host: `stop shop-web-1`. */
  const ran = new Map<string, string[]>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => wrapped(executor, { done: note }) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {} })
  })
  afterAll(() => rig.stop())

  function note({ args }: IncusCommand, host: string): void {
    const what = args.find((word) => word in WORDS)
    const instance = args.find((word) => /-web-\d/.test(word)) ?? ''
    if (what !== undefined) ran.get(host)?.push(`${WORDS[what]} ${instance}`)
  }
  const WORDS: Record<string, string> = {
    'cul8er-stop': 'stop',
    stop: 'stop',
    'cul8er-install': 'install',
    launch: 'install',
  }

  const deployed = async (name: string): Promise<Fleet> => {
    const fleet = new Fleet(rig, name, 'recreate', artifacts)
    expect(await fleet.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    ran.set(name, [])
    return fleet
  }
  /** The kinds of command in their order, neighbours once. */
  const order = (name: string): string[] =>
    (ran.get(name) ?? []).map((line) => line.split(' ')[0] ?? '').filter((word, i, all) => word !== all[i - 1])

  it.concurrent('all stop before any is updated, and all serve at the end', async () => {
    const fleet = await deployed('again')
    expect(await fleet.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    expect(order('again')).toEqual(['stop', 'install'])
    expect(
      ran
        .get('again')
        ?.filter((line) => line.startsWith('stop'))
        .sort(),
    ).toEqual(fleet.names().map((name) => `stop ${name}`))
    await fleet.expectSettled('1.1.0')
  })

  it.concurrent('with another image too: the old ones are stopped first and gone afterwards', async () => {
    const fleet = await deployed('image')
    const image = { web: { image: 'cul8er/debian' } }
    expect(await fleet.deploy('1.1.0', image)).toMatchObject({ outcome: 'succeeded' })
    expect(order('image')).toEqual(['stop', 'install'])
    const picture = Object.values(await fleet.picture())
    expect(picture).toHaveLength(3)
    for (const seen of picture)
      expect(seen).toMatchObject({ role: 'live', runs: '1.1.0', weight: 100, answers: '1.1.0' })
    expect((await fleet.plan('1.1.0', image)).changes).toEqual([])
  })

  const failures = [
    { title: 'a stop', verb: 'cul8er-stop', extra: {} },
    { title: 'a snapshot', verb: 'snapshot create', extra: {} },
    { title: 'an install', verb: 'cul8er-install', extra: {} },
    { title: 'an app that is never healthy', verb: null, extra: {} },
  ]
  it.concurrent.each(failures)('$title fails: all is taken back', async ({ title, verb }) => {
    const name = title.replaceAll(/[^a-z]/g, '-')
    const fleet = await deployed(name)
    const instance = fleet.instance(2)
    if (verb !== null) rig.emulator.fault({ match: { host: name, instance, verb }, fault: DENIED })
    const version = verb === null ? '1.2.0' : '1.1.0'
    if (verb === null) artifacts['shop@1.2.0'] ??= await rig.release('shop', '1.2.0', { health: 'never' })
    const { outcome, error } = await fleet.deploy(version)
    expect({ outcome, error }).toMatchObject({
      outcome: 'rolledBack',
      error: { code: verb === null ? 'UNHEALTHY' : 'PERMISSION' },
    })
    await fleet.expectSettled('1.0.0')
  })

  it.concurrent('a replacement that cannot be made: the old ones come back', async () => {
    const fleet = await deployed('unmade')
    const others = fleet.instance(2, 'green')
    rig.emulator.fault({ match: { host: 'unmade', instance: others, verb: 'launch' }, fault: DENIED })
    const result = await fleet.deploy('1.1.0', { web: { image: 'cul8er/debian' } })
    expect(result).toMatchObject({ outcome: 'rolledBack', error: { code: 'PERMISSION' } })
    await fleet.expectSettled('1.0.0')
  })
})
