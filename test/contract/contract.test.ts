import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Cul8erError } from '../../src/errors.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import * as incus from '../../src/incus/index.js'
import type { IncusCommand } from '../../src/incus/index.js'
import { observe, observeOne } from '../../src/instances/observe.js'
import { emulatedWorld, realWorld, sshWorld, type World } from './worlds.js'

const A = 'ct-a'
const B = 'ct-b'
const IMAGE = 'cul8er/tiny'
const VOLUME = { pool: 'default', name: 'ct-a.data' }
/** What people and tests say to Incus, and cul8er does not. */
const byHand = (...args: string[]): IncusCommand => ({ args })
const said: Record<string, Record<string, string>> = { Incus: {}, 'Incus over SSH': {}, emulator: {} }

const worlds: [string, () => Promise<World>][] = [
  ['Incus', realWorld],
  ['Incus over SSH', sshWorld],
  ['emulator', emulatedWorld],
]

describe.each(worlds)('%s', (name, open) => {
  let world: World
  let host: HostExecutor

  const run = async (command: IncusCommand): Promise<string> => (await host.run(command)).stdout
  const look = async (instance: string) =>
    observe('here', await run(incus.listInstances())).find((i) => i.name === instance)
  const write = (content: string) => run(incus.execIn(A, ['tee', '/root/f'], { stdin: Buffer.from(content) }))
  const written = (instance: string) => run(incus.execIn(instance, ['cat', '/root/f']))
  /** What is on the disk of an instance that is stopped, and is so again. */
  const writtenWhileUp = async (instance: string): Promise<string> => {
    await run(incus.startInstance(instance))
    const content = await written(instance)
    await run(incus.stopInstance(instance, { force: true }))
    return content
  }
  const inside = (...command: string[]) => host.tryRun(incus.execIn(A, command))

  /** The error of a command; its text must be the same in both worlds. */
  async function refusal(command: IncusCommand, on: HostExecutor = host): Promise<Cul8erError> {
    const error = await on.run(command).then(
      () => new Error(`${command.args.join(' ')} was carried out`),
      (cause: unknown) => cause,
    )
    if (!(error instanceof Cul8erError)) throw error
    said[name]![command.args.join(' ')] = `${error.code}: ${error.message}`
    return error
  }

  const sweep = async (): Promise<void> => {
    for (const instance of [A, B]) await host.run(incus.deleteInstance(instance, { force: true })).catch(() => {})
    await host.run(incus.deleteVolume(VOLUME)).catch(() => {})
    await host.run(byHand('profile', 'delete', 'ct-profile')).catch(() => {})
    await host.run(byHand('project', 'delete', 'ct-p')).catch(() => {})
  }

  beforeAll(async () => {
    world = await open()
    host = world.host
    await sweep()
  })

  afterAll(async () => {
    await sweep()
    await world.close()
  })

  test('create: stopped, with config, values that begin with a dash, and the root disk overridden', async () => {
    await run(
      incus.createInstance({
        image: IMAGE,
        name: A,
        config: {
          'limits.memory': '64MiB',
          'user.cul8er.topology': 't',
          'user.cul8er.resource': 'r',
          'user.dash': '-1,=2',
        },
        devices: {
          root: { size: '64MiB' },
          web: { type: 'proxy', listen: 'tcp:127.0.0.1:18471', connect: 'tcp:127.0.0.1:4000' },
        },
      }),
    )
    expect(await look(A)).toMatchObject({
      type: 'container',
      status: 'Stopped',
      config: { 'limits.memory': '64MiB', 'user.dash': '-1,=2' },
      devices: {
        root: { type: 'disk', path: '/', size: '64MiB' },
        web: { type: 'proxy', listen: 'tcp:127.0.0.1:18471' },
      },
      labels: { topology: 't', resource: 'r' },
      addresses: [],
      snapshots: [],
    })
  })

  test('a second create of the name is ALREADY_EXISTS', async () => {
    expect(await refusal(incus.createInstance({ image: IMAGE, name: A }))).toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  test('start gives an address; a second start is ALREADY_EXISTS', async () => {
    await run(incus.startInstance(A))
    await expect.poll(async () => (await look(A))?.addresses.length, { timeout: 10_000, interval: 100 }).toBe(1)
    expect((await look(A))?.status).toBe('Running')
    expect((await refusal(incus.startInstance(A))).code).toBe('ALREADY_EXISTS')
  })

  test('a running instance is neither deleted nor moved', async () => {
    expect((await refusal(incus.deleteInstance(A))).code).toBe('IN_USE')
    expect((await refusal(incus.moveInstance(A, B))).code).toBe('IN_USE')
  })

  test('config: several keys at once, an empty value removes, set or not', async () => {
    await run(incus.setConfig(A, { 'user.one': '-1', 'user.two': 'a=b c', 'limits.memory': '' }))
    await run(incus.setConfig(A, { 'user.never': '' }))
    expect((await look(A))?.config).toEqual({ 'user.one': '-1', 'user.two': 'a=b c', 'user.dash': '-1,=2' })
    await run(incus.setConfig(A, { 'user.two': '' }))
    expect((await look(A))?.config['user.two']).toBeUndefined()
  })

  test('config: what Incus does not know is refused word for word, and nothing of it is set', async () => {
    expect(await refusal(incus.setConfig(A, { 'user.three': '3', 'nosuch.key': '1' }))).toMatchObject({
      code: 'INCUS',
      message: 'Invalid config: Unknown configuration key: nosuch.key',
    })
    expect((await refusal(incus.setConfig(A, { 'limits.cpu': 'many' }))).code).toBe('INCUS')
    expect((await look(A))?.config['user.three']).toBeUndefined()
  })

  test('devices: set, override, remove, and the refusals of each', async () => {
    await run(incus.overrideDevice(A, 'eth0', { 'security.mac_filtering': 'true' }))
    expect((await look(A))?.devices.eth0).toMatchObject({ type: 'nic', 'security.mac_filtering': 'true' })
    expect((await refusal(incus.overrideDevice(A, 'eth0', {}))).code).toBe('ALREADY_EXISTS')
    expect((await refusal(incus.addDevice(A, 'eth0', { type: 'none' }))).code).toBe('ALREADY_EXISTS')
    await run(incus.removeDevice(A, 'eth0'))
    expect((await refusal(incus.removeDevice(A, 'eth0'))).code).toBe('INCUS')
    expect((await refusal(incus.setDevice(A, 'eth0', { a: 'b' }))).code).toBe('INCUS')
    expect((await refusal(incus.removeDevice(A, 'none'))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.setDevice(A, 'none', { a: 'b' }))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.overrideDevice(A, 'none', {}))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.addDevice(A, 'odd', { type: 'nosuch' }))).code).toBe('INCUS')
  })

  test('devices: a public port that is taken is IN_USE', async () => {
    const proxy = { type: 'proxy', listen: 'tcp:127.0.0.1:18471', connect: 'tcp:127.0.0.1:4000' }
    // Incus has two texts for it and gives either, so only the code is compared.
    await expect(host.run(incus.addDevice(A, 'again', proxy))).rejects.toMatchObject({ code: 'IN_USE' })
    expect(Object.keys((await look(A))?.devices ?? {}).sort()).toEqual(['root', 'web'])
  }, 30_000)

  test('devices: the kernel sends a port on to an address that the instance keeps', async () => {
    const address = (await look(A))?.addresses[0] ?? ''
    const direct = { type: 'proxy', nat: 'true', listen: 'tcp:192.0.2.77:18472', connect: `tcp:${address}:4000` }
    await run(incus.overrideDevice(A, 'eth0', { 'ipv4.address': address }))
    await run(incus.addDevice(A, 'direct', direct))
    expect((await look(A))?.devices).toMatchObject({ direct, eth0: { 'ipv4.address': address } })
    expect((await refusal(incus.addDevice(A, 'direct', { type: 'none' }))).code).toBe('ALREADY_EXISTS')
    const networks = incus.parseNetworks(await run(incus.hostNetworks()))
    expect(networks).toContainEqual(expect.objectContaining({ name: 'incusbr0', managed: true }))
    expect(networks).toContainEqual(expect.objectContaining({ name: 'lo', type: 'loopback', managed: false }))
    expect(incus.parseNetworkAddresses(await run(incus.networkState('incusbr0')))).toHaveLength(1)
    const warnings = incus.parseWarnings(await run(incus.hostWarnings()))
    expect(warnings.filter(({ entity, status }) => entity.endsWith(`/${A}`) && status !== 'resolved')).toEqual([])
    await run(incus.removeDevice(A, 'direct'))
    await run(incus.removeDevice(A, 'eth0'))
  }, 30_000)

  test('exec: exit codes are answers, standard input and environment arrive', async () => {
    expect(await inside('echo', '-n', '--')).toMatchObject({ exitCode: 0 })
    expect(await inside('sh', '-c', 'echo oops >&2; exit 3')).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: 'oops\n',
    })
    expect(await inside('false')).toMatchObject({ exitCode: 1 })
    expect(await inside('no-such-program')).toMatchObject({ exitCode: 127, stderr: 'Error: Command not found\n' })
    expect(await run(incus.execIn(A, ['cat'], { stdin: Buffer.from('over') }))).toBe('over')
    const environment = await run(incus.execIn(A, ['env'], { env: { ONE: '-x', TWO: 'a,b=c' } }))
    expect(environment.split('\n')).toEqual(expect.arrayContaining(['ONE=-x', 'TWO=a,b=c']))
    await expect(host.run(incus.execIn(A, ['false']))).rejects.toMatchObject({
      code: 'INCUS',
      details: { exitCode: 1 },
    })
  })

  test('files: written and read from inside', async () => {
    expect(await write('one')).toBe('one')
    expect(await written(A)).toBe('one')
  })

  test('snapshots: config and data come back, also when a later snapshot exists', async () => {
    await run(incus.createSnapshot(A, 's1'))
    await run(incus.setConfig(A, { 'user.one': '2' }))
    await write('two')
    await run(incus.createSnapshot(A, 's2'))
    expect((await refusal(incus.createSnapshot(A, 's1'))).code).toBe('ALREADY_EXISTS')
    expect((await refusal(incus.createSnapshot(A, 'a b'))).code).toBe('INCUS')
    await run(incus.stopInstance(A, { force: true }))
    await run(incus.restoreSnapshot(A, 's1'))
    expect((await look(A))?.status).toBe('Stopped')
    expect((await look(A))?.config['user.one']).toBe('-1')
    expect(await writtenWhileUp(A)).toBe('one')
    expect((await look(A))?.snapshots.map((s) => s.name)).toEqual(['s1', 's2'])
    await run(incus.restoreSnapshot(A, 's2'))
    expect(await writtenWhileUp(A)).toBe('two')
    await run(incus.deleteSnapshot(A, 's2'))
    expect((await refusal(incus.deleteSnapshot(A, 's2'))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.restoreSnapshot(A, 's2'))).code).toBe('NOT_FOUND')
  })

  test('what is stopped cannot be stopped or entered', async () => {
    expect((await refusal(incus.stopInstance(A))).code).toBe('ALREADY_EXISTS')
    expect(await refusal(incus.execIn(A, ['true']))).toMatchObject({
      code: 'INCUS',
      message: 'Instance is not running',
    })
    await expect(host.tryRun(incus.execIn(A, ['true']))).rejects.toMatchObject({ code: 'INCUS' })
  })

  test('copy: a second instance, stopped, with its own config; a taken name is ALREADY_EXISTS', async () => {
    await run(incus.removeDevice(A, 'web'))
    await run(incus.copyInstance(A, B, { instanceOnly: true, config: { 'user.one': 'copied' } }))
    expect(await look(B)).toMatchObject({ status: 'Stopped', snapshots: [], config: { 'user.one': 'copied' } })
    expect(await writtenWhileUp(B)).toBe('two')
    expect((await refusal(incus.copyInstance(A, B))).code).toBe('ALREADY_EXISTS')
  })

  test('moved under another name, and deleted by force', async () => {
    await run(incus.moveInstance(B, 'ct-c'))
    expect([await look(B), (await look('ct-c'))?.status]).toEqual([undefined, 'Stopped'])
    await run(incus.moveInstance('ct-c', B))
    await run(incus.startInstance(A))
    await run(incus.deleteInstance(A, { force: true }))
    expect(await look(A)).toBeUndefined()
    await run(incus.deleteInstance(B))
  })

  test('what is not there is NOT_FOUND, whatever is asked of it', async () => {
    const commands = [
      incus.startInstance(A),
      incus.stopInstance(A),
      incus.deleteInstance(A, { force: true }),
      incus.setConfig(A, { 'user.a': '1' }),
      incus.execIn(A, ['true']),
      incus.createSnapshot(A, 's'),
      incus.copyInstance(A, B),
      incus.moveInstance(A, B),
      incus.addDevice(A, 'x', { type: 'none' }),
      incus.query(`/1.0/instances/${A}`),
      incus.getInstance(A),
      incus.getInstance(A, { project: 'ct-none' }),
      incus.query('/1.0/nosuch'),
      incus.poolResources('ct-none'),
      incus.networkState('ct-none'),
    ]
    for (const command of commands)
      expect([command.args.join(' '), (await refusal(command)).code]).toEqual([command.args.join(' '), 'NOT_FOUND'])
  })

  test('images: unknown, and names that are none', async () => {
    expect((await refusal(incus.createInstance({ image: 'missing-image', name: A }))).code).toBe('IMAGE_NOT_FOUND')
    expect((await refusal(incus.createInstance({ image: IMAGE, name: 'ct_a' }))).code).toBe('INCUS')
    expect((await refusal(incus.createInstance({ image: IMAGE, name: '-ct' }))).code).toBe('INCUS')
    expect(
      (await refusal(incus.createInstance({ image: IMAGE, name: A, devices: { none: { size: '1' } } }))).code,
    ).toBe('INCUS')
    const images = incus.parseImages(await run(incus.listImages()))
    expect(images.flatMap((image) => image.aliases)).toContain(IMAGE)
    const target = images.find(({ aliases }) => aliases.includes(IMAGE))?.fingerprint
    expect(JSON.parse(await run(incus.getImageAlias(IMAGE)))).toMatchObject({ name: IMAGE, target })
    expect((await refusal(incus.getImageAlias('missing-image'))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.getImageAlias(IMAGE, { project: 'ct-none' }))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.listImages({ project: 'ct-none' }))).code).toBe('NOT_FOUND')
  })

  test('one instance alone is as the list shows it', async () => {
    await run(incus.createInstance({ image: IMAGE, name: A, config: { 'user.cul8er.topology': 'ct' } }))
    expect(observeOne('here', await run(incus.getInstance(A)))).toEqual(await look(A))
  })

  test('volumes: made once, attached, in snapshots, restored under nothing that runs', async () => {
    await run(incus.createVolume(VOLUME, { size: '10MiB', 'user.cul8er.topology': 'ct' }))
    expect((await refusal(incus.createVolume(VOLUME, {}))).code).toBe('ALREADY_EXISTS')
    expect((await refusal(incus.createVolume({ ...VOLUME, pool: 'ct-none' }, {}))).code).toBe('NOT_FOUND')
    await run(incus.setVolume(VOLUME, { size: '20MiB' }))
    const data = { type: 'disk', pool: VOLUME.pool, source: VOLUME.name, path: '/srv/data' }
    await run(incus.createInstance({ image: IMAGE, name: B, devices: { data } }))
    const seen = expect.objectContaining({
      name: VOLUME.name,
      usedBy: [B],
      project: 'default',
      config: expect.objectContaining({ size: '20MiB', 'user.cul8er.topology': 'ct' }) as object,
    }) as object
    expect(incus.parseVolume(await run(incus.getVolume(VOLUME)))).toEqual(seen)
    await run(incus.createVolumeSnapshot(VOLUME, 's1'))
    expect((await refusal(incus.createVolumeSnapshot(VOLUME, 's1'))).code).toBe('ALREADY_EXISTS')
    await run(incus.createVolumeSnapshot(VOLUME, 's2'))
    expect(incus.parseVolumeSnapshots(await run(incus.listVolumeSnapshots(VOLUME)))).toEqual(['s1', 's2'])
    for (const where of [{}, { allProjects: true }]) {
      const all = incus.parseVolumes(await run(incus.listVolumes(VOLUME.pool, where)))
      expect(all).toContainEqual(seen)
      expect(all.map(({ name }) => name)).not.toContain(`${VOLUME.name}/s1`)
    }
    await run(incus.startInstance(B))
    expect((await refusal(incus.restoreVolumeSnapshot(VOLUME, 's1'))).code).toBe('IN_USE')
    await run(incus.stopInstance(B, { force: true }))
    await run(incus.restoreVolumeSnapshot(VOLUME, 's1'))
    await run(incus.deleteVolumeSnapshot(VOLUME, 's1'))
    expect((await refusal(incus.deleteVolumeSnapshot(VOLUME, 's1'))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.deleteVolume(VOLUME))).code).toBe('IN_USE')
    await run(incus.deleteInstance(B, { force: true }))
    await run(incus.deleteVolume(VOLUME))
    expect((await refusal(incus.deleteVolume(VOLUME))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.createVolumeSnapshot(VOLUME, 's1'))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.setVolume(VOLUME, { size: '30MiB' }))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.getVolume(VOLUME))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.listVolumes('ct-none'))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.addDevice(A, 'data', data))).code).toBe('NOT_FOUND')
  })

  test('profiles: as many as are assigned, of those that there are', async () => {
    await run(byHand('profile', 'create', 'ct-profile'))
    expect(incus.parseProfileNames(await run(incus.listProfiles()))).toEqual(
      expect.arrayContaining(['default', 'ct-profile']),
    )
    await run(incus.createInstance({ image: IMAGE, name: B, profiles: ['default', 'ct-profile'] }))
    expect((await look(B))?.profiles).toEqual(['default', 'ct-profile'])
    await run(incus.assignProfiles(B, ['default']))
    expect((await look(B))?.profiles).toEqual(['default'])
    expect((await refusal(incus.assignProfiles(B, ['default', 'ct-none']))).code).toBe('NOT_FOUND')
    expect((await refusal(incus.assignProfiles(B, ['ct-profile']))).code).toBe('INCUS')
    await run(incus.deleteInstance(B, { force: true }))
    expect(incus.parseProfile(await run(incus.getProfile('default'))).devices.root?.pool).toBe('default')
    expect((await refusal(incus.getProfile('ct-none'))).code).toBe('NOT_FOUND')
    expect(
      (await refusal(incus.createInstance({ image: IMAGE, name: B, profiles: ['default', 'ct-none'] }))).code,
    ).toBe('NOT_FOUND')
    await run(byHand('profile', 'delete', 'ct-profile'))
    expect((await refusal(byHand('profile', 'delete', 'ct-profile'))).code).toBe('NOT_FOUND')
  })

  test('virtual machines: as the host says of itself', async () => {
    const { vms } = incus.parseServer(await run(incus.serverInfo()))
    const create = { args: ['create', '--quiet', '--empty', '--vm', A] }
    if (vms) await run(create)
    else expect((await refusal(create)).code).toBe('VM_UNSUPPORTED')
    expect((await refusal(incus.createInstance({ image: IMAGE, name: B, type: 'vm' }))).code).toBe('IMAGE_NOT_FOUND')
  })

  test('projects, pools and hardware', async () => {
    await run(incus.createProject('ct-p', { 'features.images': 'false' }))
    expect((await refusal(incus.createProject('ct-p'))).code).toBe('ALREADY_EXISTS')
    expect(observe('here', await run(incus.listInstances({ project: 'ct-p' })))).toEqual([])
    await run(byHand('project', 'delete', 'ct-p'))
    expect((await refusal(byHand('project', 'delete', 'ct-p'))).code).toBe('NOT_FOUND')
    expect(incus.parsePools(await run(incus.listPools())).map((p) => p.name)).toContain('default')
    expect(incus.parsePoolResources(await run(incus.poolResources('default'))).totalBytes).toBeGreaterThan(0)
    expect(incus.parseHostResources(await run(incus.hostResources())).cpus).toBeGreaterThan(0)
  })

  test('a host that is away is UNREACHABLE, one that is shut PERMISSION', async () => {
    await expect((await world.unreachable()).run(incus.listInstances())).rejects.toMatchObject({ code: 'UNREACHABLE' })
    await expect((await world.forbidden()).run(incus.listInstances())).rejects.toMatchObject({ code: 'PERMISSION' })
  })
})

test('the emulator, and a host over SSH, refuse in the words of Incus', () => {
  expect(Object.keys(said.Incus!).length).toBeGreaterThan(45)
  expect(said.emulator).toEqual(said.Incus)
  expect(said['Incus over SSH']).toEqual(said.Incus)
})
