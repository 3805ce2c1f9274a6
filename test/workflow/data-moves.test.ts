import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InstanceState } from '../../src/emulator/model.js'
import { mortal } from '../support/mortal.js'
import { Rig, topologyOf } from '../support/rig.js'
import { cul8er as run } from '../unit/cli/terminal.js'

/* What holds data leaves a host that is drained, emulated: copied, stopped, copied to its end, started elsewhere. */

const declared = (name: string, db: object = {}, more: object = {}): unknown => ({
  name,
  hosts: Object.fromEntries(
    ['a', 'b'].map((host) => [`${name}-${host}`, { address: 'localhost', platform: 'emulated' }]),
  ),
  resources: {
    db: {
      image: 'cul8er/tiny',
      on: [`${name}-a`, `${name}-b`],
      stateful: true,
      volumes: { data: { path: '/data' } },
      ...db,
    },
  },
  strategy: { hostTimeout: '2s' },
  ...more,
})

const AUTOSTART = { config: { 'boot.autostart': 'true' } }

interface Answer {
  exit: number
  topologies: { outcome?: string; changes: object[]; steps?: { name: string }[]; error?: { message: string } }[]
  error?: { code: string; message: string }
}

describe('data that moves', { timeout: 60_000 }, () => {
  let rig: Rig
  const dead = new Set<string>()
  /** Dies when something starts on it, once. */
  const doomed = new Set(['twice-b', 'holds-b'])
  /** Dies when the app on it was stopped. */
  const ending = new Set(['only-a'])
  beforeAll(async () => {
    rig = await Rig.start(undefined, {
      wrap: (executor) =>
        mortal(
          executor,
          dead,
          ({ args }, host) =>
            (args.includes('start') && doomed.delete(host)) || (args.includes('stop') && ending.delete(host)),
        ),
    })
  })
  afterAll(() => rig.stop())

  const deploy = async (name: string, db: object = {}, more: object = {}): Promise<void> => {
    const of = declared(name, db, more)
    await writeFile(join(rig.folder, `${name}.json`), JSON.stringify(of))
    const revision = rig.revision(topologyOf(of), {})
    expect(await rig.run(name, { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
  }
  const cul8er = async (name: string, ...args: string[]): Promise<Answer> => {
    const env = { ...process.env, TEMPORAL_ADDRESS: rig.env.address, CUL8ER_HOME: rig.folder }
    const { exit, stdout } = await run(['-f', join(rig.folder, `${name}.json`), ...args, '--json'], { cwd: '/', env })
    return { ...(JSON.parse(stdout) as Answer), exit }
  }
  const drain = (name: string) => cul8er(name, 'hosts', 'drain', `${name}-a`, '--yes')
  const host = (name: string, at: 'a' | 'b') => rig.emulator.state()[`${name}-${at}`]
  const db = (name: string, at: 'a' | 'b'): InstanceState | undefined => host(name, at)?.instances[`default/${name}-db`]
  const volumes = (name: string, at: 'a' | 'b') => Object.values(host(name, at)?.volumes ?? {})
  const label = (name: string, at: 'a' | 'b', key: string) => db(name, at)?.config[`user.cul8er.${key}`]
  const live = { status: 'Running', config: { 'user.cul8er.role': 'live' } }

  it.concurrent('lives on the other host with its volumes, and nothing is left of it on this one', async () => {
    const name = 'goes'
    await deploy(name)
    const { revision, digest } = { revision: label(name, 'a', 'revision'), digest: label(name, 'a', 'digest') }
    expect(await drain(name)).toMatchObject({
      exit: 0,
      topologies: [
        {
          outcome: 'succeeded',
          changes: [{ action: 'move', instance: 'goes-db', host: 'goes-b' }],
          moved: [{ instance: 'goes-db', host: 'goes-b', downMs: expect.any(Number) as number }],
        },
      ],
    })
    expect(db(name, 'a')).toBeUndefined()
    expect(volumes(name, 'a')).toEqual([])
    expect(db(name, 'b')).toMatchObject(live)
    expect([label(name, 'b', 'revision'), label(name, 'b', 'digest')]).toEqual([revision, digest])
    expect(Object.keys(db(name, 'b')?.config ?? {}).filter((key) => /replica|autostart/.test(key))).toEqual([])
    expect(db(name, 'b')?.snapshots).toEqual([])
    expect(volumes(name, 'b')).toHaveLength(1)
    expect(volumes(name, 'b')[0]?.config['user.cul8er.role']).toBeFalsy()
    expect(await rig.ledger(name)).toMatchObject({ dirty: [] })
    expect(await rig.plan(rig.revision(topologyOf(declared(name)), {}))).toMatchObject({ changes: [], empty: true })
  })

  it.concurrent('goes on where it was when it does not come up on the other host, whose copy goes', async () => {
    const name = 'stays'
    await deploy(name, AUTOSTART)
    rig.emulator.fault({
      match: { host: 'stays-b', verb: 'start' },
      fault: { error: 'Error: no space left on device' },
      times: 'always',
    })
    const before = structuredClone(db(name, 'a')?.config)
    expect(await drain(name)).toMatchObject({ exit: 4, topologies: [{ outcome: 'rolledBack' }] })
    expect(db(name, 'a')).toMatchObject(live)
    expect(db(name, 'a')?.config).toEqual(before)
    expect(db(name, 'a')?.snapshots).toEqual([])
    expect([db(name, 'b'), volumes(name, 'b')]).toEqual([undefined, []])
    expect(await rig.ledger(name)).toMatchObject({ dirty: [] })
  })

  it.concurrent('is not stopped where its copy does not arrive', async () => {
    const name = 'fails'
    await deploy(name)
    rig.emulator.fault({
      match: { host: 'fails-b', verb: 'copy' },
      fault: { error: 'Error: no space left on device' },
      times: 'always',
    })
    const answer = await drain(name)
    expect(answer).toMatchObject({ exit: 4, topologies: [{ outcome: 'rolledBack' }] })
    expect(answer.topologies[0]?.steps?.map((each) => each.name)).not.toContain('stop')
    expect(db(name, 'a')).toMatchObject(live)
    expect([db(name, 'b'), volumes(name, 'b')]).toEqual([undefined, []])
  })

  it.concurrent(
    'never runs twice: where nobody knows whether it runs on the other host, it stays stopped',
    async () => {
      const name = 'twice'
      await deploy(name, AUTOSTART)
      const answer = await drain(name)
      expect(answer).toMatchObject({ exit: 6, topologies: [{ outcome: 'needsAttention' }] })
      expect(answer.topologies[0]?.error?.message).toContain('moveBack failed')
      // Nor does its host start it when that is restarted.
      const off = { 'user.cul8er.role': 'old', 'boot.autostart': 'false' }
      expect(db(name, 'a')).toMatchObject({ status: 'Stopped', config: off })
      expect((await rig.ledger(name)).dirty).toContain('twice-a/twice-db')
      // The other host is back, and it runs there: the next deploy stops it before anything starts.
      dead.delete('twice-b')
      expect(db(name, 'b')).toMatchObject({ status: 'Running', config: { 'user.cul8er.role': 'new' } })
      const revision = rig.revision(topologyOf(declared(name, AUTOSTART)), {})
      const result = await rig.run(name, { kind: 'deploy', revision })
      expect(result.outcome).toBe('succeeded')
      const steps = result.steps.map((each) => each.name)
      expect(steps.indexOf('delete')).toBeLessThan(steps.indexOf('start'))
      expect(db(name, 'a')).toMatchObject({ ...live, config: { ...live.config, 'boot.autostart': 'true' } })
      expect(db(name, 'b')).toBeUndefined()
      // What is left of it there is a copy's, and in nobody's way.
      expect(volumes(name, 'b').map(({ config }) => config['user.cul8er.role'])).toEqual(['replica'])
      expect(await drain(name)).toMatchObject({ exit: 0, topologies: [{ outcome: 'succeeded' }] })
      expect(db(name, 'b')).toMatchObject({ ...live, config: { ...live.config, 'boot.autostart': 'true' } })
    },
  )

  it.concurrent('keeps its place also where only its volumes hold data, until the other host is back', async () => {
    const name = 'holds'
    const volumesOnly = { stateful: false }
    await deploy(name, volumesOnly)
    expect(await drain(name)).toMatchObject({ exit: 6, topologies: [{ outcome: 'needsAttention' }] })
    const revision = rig.revision(topologyOf(declared(name, volumesOnly)), {})
    const without = await rig.run(name, { kind: 'deploy', revision, without: ['holds-b'] })
    expect(without).toMatchObject({ outcome: 'succeeded' })
    expect(db(name, 'a')).toMatchObject({ status: 'Stopped', config: { 'user.cul8er.role': 'old' } })
    dead.delete('holds-b')
    expect(await rig.run(name, { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
    expect(db(name, 'a')).toMatchObject(live)
    expect(db(name, 'b')).toBeUndefined()
  })

  it.concurrent('is left to a person, and to no failover, where it stays stopped', async () => {
    const name = 'asks'
    const hosts = ['a', 'b', 'c'].map((host) => [`asks-${host}`, { address: 'localhost', platform: 'emulated' }])
    await deploy(name, {}, { hosts: Object.fromEntries(hosts) as object, failover: { after: '10m' } })
    doomed.add('asks-b')
    expect(await drain(name)).toMatchObject({ exit: 6, topologies: [{ outcome: 'needsAttention' }] })
    // The host that it is stopped on answers: it is not the one to wait for.
    expect((await rig.ledger(name)).failover?.behind ?? []).not.toContain('asks-a')
  })

  it.concurrent('keeps the copy where the host of the original died, for it may be all that is left', async () => {
    const name = 'only'
    await deploy(name)
    expect(await drain(name)).toMatchObject({ exit: 6, topologies: [{ outcome: 'needsAttention' }] })
    expect(db(name, 'b')).toMatchObject({ status: 'Stopped', config: { 'user.cul8er.role': 'replica' } })
    expect(volumes(name, 'b')).toHaveLength(1)
    // The host is back after all: a deploy starts the original, and the one after it removes what is of no use any more.
    dead.delete('only-a')
    const revision = rig.revision(topologyOf(declared(name)), {})
    expect(await rig.run(name, { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
    expect(db(name, 'a')).toMatchObject(live)
    expect(db(name, 'b')).toMatchObject({ status: 'Stopped' })
    expect(await rig.run(name, { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
    expect(db(name, 'a')).toMatchObject(live)
    expect([db(name, 'b'), volumes(name, 'b')]).toEqual([undefined, []])
  })
})
