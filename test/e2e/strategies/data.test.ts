import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { incus, inside } from '../releases/instance.js'
import { Stage } from './stage.js'

const name = 'dt-rolling'
const instances = [1, 2, 3].map((n) => `${name}-app-${n}`)

const FILES = 'find /srv/data -type f | sort | xargs sha256sum | sha256sum'
const write = (text: string): string =>
  `mkdir -p /srv/data && for i in 1 2 3 4; do dd if=/dev/urandom of=/srv/data/$i bs=64k count=4 2>/dev/null; done; echo '${text}' > /srv/data/note; sync; ${FILES}`

describe('data in an instance, on real Incus', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await Stage.open({ name, port: 8174, approach: 'rolling', strategy: { rollback: { keepSnapshots: 2 } } })
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.3.0']) await stage.release(version)
    await stage.release('2.0.0', 'broken')
    expect(await stage.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  }, 180_000)
  afterAll(async () => {
    await stage.close()
    expect(await incus('storage', 'volume', 'list', 'default', 'type=custom', '-c', 'n', '-f', 'csv')).not.toContain(
      name,
    )
  }, 120_000)

  const version = async (): Promise<string> => (await fetch(stage.url)).text()

  it('survives an update that turns out broken, byte for byte', async () => {
    const before = await Promise.all(instances.map((instance) => inside(instance, write('before'))))
    expect(await stage.deploy('2.0.0')).toMatchObject({ outcome: 'rolledBack' })
    expect(await Promise.all(instances.map((instance) => inside(instance, FILES)))).toEqual(before)
    expect(await version()).toBe('version 1.0.0')
  })

  it('restore brings back the data of the snapshot, also when later snapshots exist', async () => {
    const first = await inside(instances[0] ?? '', write('first'))
    expect(await stage.deploy('1.1.0')).toMatchObject({ outcome: 'succeeded' })
    const snapshots = await stage.cul8er.snapshots(name)
    const taken = snapshots.filter(({ instance }) => instance === instances[0]).at(-1)?.name ?? ''
    await inside(instances[0] ?? '', write('second'))
    expect(await stage.deploy('1.2.0')).toMatchObject({ outcome: 'succeeded' })
    const third = await inside(instances[0] ?? '', write('third'))
    expect(third).not.toBe(first)

    const run = await stage.cul8er.restore(name, { snapshot: taken })
    expect(await run.result()).toMatchObject({ outcome: 'succeeded' })
    expect(await inside(instances[0] ?? '', FILES)).toBe(first)
    // A restore brings the old release back too; the plan says so, and a deploy brings the stable one again.
    expect((await stage.cul8er.status(name)).instances.flatMap(({ drift }) => drift).join()).toContain('app@1.0.0')
    expect(await stage.deploy('1.2.0')).toMatchObject({ outcome: 'succeeded' })
    expect(await inside(instances[0] ?? '', FILES)).toBe(first)
    expect(await version()).toBe('version 1.2.0')
  })

  it('a failure after the first batch took traffic keeps what was written since', async () => {
    // The last instance cannot start the app again, so the first has served the new version by the time it fails.
    const last = instances[2] ?? ''
    const before = await inside(instances[0] ?? '', FILES)
    await incus('exec', last, '--', 'mv', '/usr/sbin/haproxy', '/usr/sbin/haproxy.away')
    const result = await stage.deploy('1.3.0')
    await incus('exec', last, '--', 'mv', '/usr/sbin/haproxy.away', '/usr/sbin/haproxy').catch(() => undefined)
    expect(['rolledBack', 'needsAttention']).toContain(result.outcome)
    expect(await inside(instances[0] ?? '', FILES)).toBe(before)
    const undone = result.steps.flatMap((step) => (step.instance === instances[0] ? [step.name] : []))
    expect(undone).toContain('undo: install release')
    expect(undone.filter((step) => step.startsWith('undo: restore'))).toEqual([])
    expect(await stage.deploy('1.2.0')).toMatchObject({ outcome: 'succeeded' })
    expect((await stage.cul8er.status(name)).healthy).toBe(true)
  })

  it('keeps two snapshots of each instance', async () => {
    const snapshots = await stage.cul8er.snapshots(name)
    for (const instance of instances) {
      expect(snapshots.filter((s) => s.instance === instance).length).toBeLessThanOrEqual(2)
    }
  })

  it('configuration and profiles are as declared, and what is changed by hand is drift', async () => {
    const [first = ''] = instances
    const profile = `${name}-extra`
    const read = async (): Promise<unknown> => {
      const [{ config, profiles }] = JSON.parse(await incus('list', `^${first}$`, '-f', 'json')) as [
        { config: Record<string, string>; profiles: string[] },
      ]
      return [config['security.nesting'], config['user.note'], profiles]
    }
    const nesting = { 'security.nesting': true, 'user.note': 'first' }
    const profiles = ['default', profile]
    await incus('profile', 'create', profile)
    expect(await stage.deploy('1.2.0', {}, { config: nesting, profiles })).toMatchObject({ outcome: 'succeeded' })
    expect(await read()).toEqual(['true', 'first', profiles])

    await incus('config', 'set', first, 'user.note', 'by hand')
    await incus('profile', 'remove', first, profile)
    const { instances: seen } = await stage.cul8er.status(name)
    expect(seen.map((each) => [each.name, each.drift])).toEqual(
      instances.map((instance) => [
        instance,
        instance === first
          ? [
              'user.note is "by hand", should be "first"',
              `profiles are default, should be default, ${profile} (the instance restarts)`,
            ]
          : [],
      ]),
    )

    const config = { 'user.note': 'second' }
    expect(await stage.deploy('1.2.0', {}, { config })).toMatchObject({ outcome: 'succeeded' })
    expect(await read()).toEqual([undefined, 'second', ['default']])
    await incus('profile', 'delete', profile)
  }, 120_000)

  it('volumes go back with their instances, byte for byte', async () => {
    const volumes = { vol: { path: '/srv/volume', size: '20MiB' } }
    const sum = 'cat /srv/volume/* | sha256sum'
    const put = (text: string): string => `echo '${text}' > /srv/volume/note; sync; ${sum}`
    expect(await stage.deploy('1.2.0', {}, { volumes })).toMatchObject({ outcome: 'succeeded' })
    const first = await Promise.all(instances.map((instance) => inside(instance, put(`first ${instance}`))))
    expect(await stage.deploy('2.0.0', {}, { volumes })).toMatchObject({ outcome: 'rolledBack' })
    expect(await stage.deploy('1.1.0', {}, { volumes })).toMatchObject({ outcome: 'succeeded' })
    const taken =
      (await stage.cul8er.snapshots(name))
        .map((each) => each.name)
        .sort(byOperation)
        .at(-1) ?? ''
    await Promise.all(instances.map((instance) => inside(instance, put('second'))))
    const run = await stage.cul8er.restore(name, { snapshot: taken })
    expect(await run.result()).toMatchObject({ outcome: 'succeeded' })
    expect(await Promise.all(instances.map((instance) => inside(instance, sum)))).toEqual(first)
  })
})

const byOperation = (a: string, b: string): number => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0])
