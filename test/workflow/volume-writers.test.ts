import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IncusCommand } from '../../src/incus/command.js'
import type { Artifact } from '../../src/plan/model.js'
import { shopReleases } from '../support/fleet.js'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { wrapped } from '../support/wrapped.js'

/* Whatever fails, and wherever an operation is lost: two instances that run never have the same volume. */

const DENIED = { error: 'not authorized' }
const ANOTHER = { image: 'cul8er/debian' }

describe('one writer of a volume', { timeout: 120_000 }, () => {
  let rig: Rig
  let artifacts: Record<string, Artifact>
  /** Of each host: who ran with the same volume, after which command. */
  const seen = new Map<string, string[]>()
  beforeAll(async () => {
    rig = await Rig.start(undefined, { wrap: (executor) => wrapped(executor, { ended: look }) })
    artifacts = await shopReleases(rig, { '1.0.0': {}, '1.1.0': {}, '2.0.0': { health: 'never' } })
  })
  afterAll(() => rig.stop())

  function look({ args }: IncusCommand, host: string): void {
    const running = Object.values(rig.emulator.state()[host]?.instances ?? {}).filter((i) => i.status === 'Running')
    const sources = running.flatMap(({ devices }) => devices.data?.source ?? [])
    if (new Set(sources).size === sources.length) return
    const names = running.map(({ name }) => name).join(' and ')
    seen.set(host, [...(seen.get(host) ?? []), `${names} after ${args.slice(0, 3).join(' ')}`])
  }

  const database = (name: string) => {
    const revision = (version: string, app: object) => {
      const all = shop(version, { name, host: name }) as { resources: { web: object } }
      const volumes = { data: { path: '/srv/data', size: '10MiB' } }
      const db = { ...all.resources.web, replicas: undefined, volumes, ...app }
      return rig.revision(topologyOf({ ...all, resources: { db } }), artifacts)
    }
    const asked = (version: string, app: object) => ({ kind: 'deploy' as const, revision: revision(version, app) })
    return {
      deploy: (version: string, app: object = {}) => rig.run(name, asked(version, app)),
      start: (version: string, app: object = {}) => rig.start(name, asked(version, app)),
      instances: () =>
        Object.values(rig.emulator.state()[name]?.instances ?? {})
          .map((i) => `${i.name.replace(`${name}-`, '')} ${i.config['user.cul8er.role']} ${i.status}`)
          .sort(),
      volumes: () => Object.values(rig.emulator.state()[name]?.volumes ?? {}).map(({ createdAt }) => createdAt),
    }
  }

  it.concurrent('what an undo cannot remove keeps the old one from starting beside it', async () => {
    const db = database('undo')
    expect(await db.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const volumes = db.volumes()
    rig.emulator.fault({ match: { host: 'undo', verb: 'delete', instance: 'undo-db-green' }, fault: DENIED })
    expect(await db.deploy('2.0.0', ANOTHER)).toMatchObject({
      outcome: 'needsAttention',
      error: { message: expect.stringContaining('is in use by undo-db-green, which is running') as string },
    })
    expect([db.instances(), seen.get('undo')]).toEqual([['db old Stopped', 'db-green new Running'], undefined])
    expect(await db.deploy('1.1.0', ANOTHER)).toMatchObject({ outcome: 'succeeded' })
    expect([db.instances(), seen.get('undo')]).toEqual([['db-blue live Running'], undefined])
    expect(db.volumes()).toEqual(volumes)
  })

  it.concurrent.each([
    ['forward', ANOTHER, 'db-blue'],
    ['back', {}, 'db'],
  ])('what a lost operation made for a place makes room before anything else: %s', async (way, app, there) => {
    const name = `lost-${way}`
    const db = database(name)
    expect(await db.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
    const volumes = db.volumes()
    const struck = rig.emulator.fault({ match: { host: name, verb: 'cul8er-install' }, fault: 'hang' })
    const run = await db.start('1.1.0', ANOTHER)
    while (struck() === 0) await rig.env.sleep(20)
    await rig.env.client.workflow.getHandle(run.workflowId).terminate('a test')
    await rig.idle(name)
    expect(db.instances()).toEqual(['db old Stopped', 'db-green new Running'])
    expect(await db.deploy('1.1.0', app)).toMatchObject({ outcome: 'succeeded' })
    expect([db.instances(), seen.get(name)]).toEqual([[`${there} live Running`], undefined])
    expect(db.volumes()).toEqual(volumes)
  })
})
