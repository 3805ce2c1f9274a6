import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er, type SavedPlan } from '../../src/client/index.js'
import { writePlan } from '../../src/client/saved-plan.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { cul8er, type Ran } from '../unit/cli/terminal.js'

/* Images that are imported anew while instances of the former ones serve: emulated hosts, one for each topology. */

let rig: Rig
let client: Cul8er
beforeAll(async () => {
  rig = await Rig.start()
  client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
})
afterAll(async () => {
  await client.close()
  await rig.stop()
})

type Extra = Parameters<typeof shop>[1]
const QUICK = { healthcheck: undefined }
const declared = (name: string, { strategy, ...extra }: Extra = {}) =>
  shop('', {
    name,
    host: name,
    ...extra,
    strategy: { ...QUICK, ...strategy },
    web: { deploy: undefined, network: undefined, replicas: 2, ...extra.web },
  }) as never

/** Another image under the alias, on one host. */
async function newImage(host: string, alias = 'cul8er/tiny'): Promise<string> {
  const file = join(rig.folder, `image-${randomBytes(6).toString('hex')}`)
  await writeFile(file, randomBytes(64))
  const say = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await rig.emulator.execute(host, args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    return stdout
  }
  await say('image', 'alias', 'delete', alias)
  return (await say('image', 'import', file, `--alias=${alias}`)).replace(/^.*: /, '').trim()
}

const instances = (host: string) => Object.values(rig.emulator.state()[host]?.instances ?? {})
const images = (host: string): Record<string, string | undefined> =>
  Object.fromEntries(
    instances(host)
      .filter(({ config }) => config['user.cul8er.role'] === 'live')
      .map(({ name, config }) => [name, config['volatile.base_image']]),
  )
const write = (host: string, instance: string, data: string) =>
  rig.emulator.execute(host, ['config', 'set', instance, `user.data=${data}`])
const data = (host: string) =>
  Object.fromEntries(
    instances(host).flatMap(({ name, status, config }) =>
      config['user.data'] === undefined ? [] : [[name, `${status} ${config['user.data']}`]],
    ),
  )
const end = async (run: ReturnType<Cul8er['deploy']>) => (await run).result()
const refresh = { refreshImages: true }

describe.each(['rolling', 'blueGreen', 'canary', 'recreate'])('%s', (approach) => {
  const name = `shop-${approach.toLowerCase()}`
  const topology = declared(name, { strategy: { approach, ...(approach === 'blueGreen' ? { keep: '1h' } : {}) } })
  let older = ''
  let newer = ''

  beforeAll(async () => {
    expect(await end(client.deploy(topology))).toMatchObject({ outcome: 'succeeded' })
    older = Object.values(images(name))[0] ?? ''
    newer = await newImage(name)
    expect(newer).not.toBe(older)
  })

  it('without the option there is a note, and nothing changes', async () => {
    const { plan } = await client.plan(topology)
    expect(plan).toMatchObject({ empty: true, notes: [expect.stringMatching(/older cul8er\/tiny .*--refresh-images/)] })
    expect(await end(client.deploy(topology))).toMatchObject({ outcome: 'succeeded' })
    expect(new Set(Object.values(images(name)))).toEqual(new Set([older]))
  })

  it('a refresh that fails goes back to the instances of the older image, and the note stays', async () => {
    const before = images(name)
    const [first = '', second = ''] = Object.keys(before)
    await write(name, first, 'precious')
    const host = { host: name }
    rig.emulator.fault({
      match: { ...host, verb: 'launch', nth: 2 },
      fault: { error: 'not authorized' },
      times: 'always',
    })
    const result = await end(client.deploy(topology, refresh))
    rig.emulator.clearFaults()
    expect(result).toMatchObject({ outcome: 'rolledBack' })
    expect(images(name)).toEqual(before)
    expect(data(name)).toEqual({ [first]: 'Running precious' })
    expect(
      instances(name)
        .map((each) => each.name)
        .sort(),
    ).toEqual([first, second].sort())
    const { plan } = await client.plan(topology)
    expect(plan).toMatchObject({ empty: true, notes: [expect.stringContaining('older cul8er/tiny')] })
  })

  it('the plan says what would be replaced, from which image to which', async () => {
    const { plan } = await client.plan(topology, refresh)
    expect(plan.notes).toEqual([])
    expect(plan.changes).toHaveLength(2)
    for (const change of plan.changes) {
      expect(change).toMatchObject({
        action: 'replace',
        drift: false,
        image: { name: 'cul8er/tiny', from: older, to: newer },
        reasons: [
          `image cul8er/tiny was ${older.slice(0, 12)} when it was created, and is ${newer.slice(0, 12)} on its host now`,
        ],
      })
    }
    const { commands, plan: dry } = await client.dryRun(topology, refresh)
    expect(dry.changes).toEqual(plan.changes)
    const created = commands.filter(({ step }) => step === 'create')
    expect(created).toHaveLength(2)
    // It makes no new revision.
    for (const { args } of created) expect(args).toContain('user.cul8er.revision=1')
    expect((await client.dryRun(topology)).commands).toEqual([])
  })

  it('with the option they are replaced, and then nothing is left to do, nor to take back', async () => {
    const before = await client.state(name)
    expect(await end(client.deploy(topology, refresh))).toMatchObject({ outcome: 'succeeded' })
    expect(Object.values(images(name))).toEqual([newer, newer])
    const live = Object.keys(images(name)).sort()
    for (const options of [refresh, {}]) {
      expect((await client.plan(topology, options)).plan).toMatchObject({ empty: true, notes: [] })
      expect(await end(client.deploy(topology, options))).toMatchObject({ outcome: 'succeeded' })
      expect(Object.keys(images(name)).sort()).toEqual(live)
    }
    const after = await client.state(name)
    expect(after.revisions.map(({ number }) => number)).toEqual(before.revisions.map(({ number }) => number))
    expect((await client.status(name)).instances.filter(({ name: each }) => live.includes(each))).toMatchObject([
      { drift: [] },
      { drift: [] },
    ])
  })
})

describe('a saved plan', () => {
  const name = 'shop-saved'
  const topology = declared(name)
  let saved: SavedPlan
  beforeAll(async () => {
    await end(client.deploy(topology))
    await newImage(name)
    saved = await client.plan(topology, refresh)
  })

  it('refreshes by itself, and not without its word', async () => {
    expect(saved).toMatchObject({ refreshImages: true, plan: { empty: false } })
    const { refreshImages: _, ...other } = saved
    await expect(client.deploy(topology, { plan: other })).rejects.toMatchObject({ code: 'PERMISSION' })
    expect((await client.dryRun(topology, { plan: saved })).plan.changes).toEqual(saved.plan.changes)
  })

  it('is stale when the image is another by then', async () => {
    await newImage(name)
    const before = images(name)
    expect(await end(client.deploy(topology, { plan: saved }))).toMatchObject({ error: { code: 'STALE_PLAN' } })
    expect(images(name)).toEqual(before)
  })

  it('is stale also when it had nothing to do', async () => {
    await end(client.deploy(topology, refresh))
    const nothing = await client.plan(topology, refresh)
    expect(nothing.plan.empty).toBe(true)
    await newImage(name)
    expect(await end(client.deploy(topology, { plan: nothing }))).toMatchObject({ error: { code: 'STALE_PLAN' } })
  })

  it('is carried out from a file, which says so', async () => {
    const file = join(rig.folder, 'refresh.plan')
    await writePlan(file, await client.plan(topology, refresh))
    const { exit, stdout } = await command('--json', 'deploy', '--plan', file, '--yes')
    expect({ exit, result: JSON.parse(stdout) as unknown }).toMatchObject({ exit: 0, result: { outcome: 'succeeded' } })
    expect((await client.plan(topology, refresh)).plan.empty).toBe(true)
  })
})

const command = (...args: string[]): Promise<Ran> =>
  cul8er(['--address', rig.env.address, ...args], {
    cwd: rig.folder,
    env: { CUL8ER_HOME: rig.folder, CUL8ER_SEAL_KEY: process.env.CUL8ER_SEAL_KEY, HOME: rig.folder },
  })

describe('the commands', () => {
  const name = 'shop-typed'
  const file = (): string => join(rig.folder, 'typed.json')
  beforeAll(async () => {
    await writeFile(file(), JSON.stringify(declared(name)))
    await end(client.deploy(declared(name)))
    await newImage(name)
  })

  it('plan and deploy take the option, and history keeps it', async () => {
    const asked = ['-f', file(), '--json']
    expect(await command(...asked, 'plan')).toMatchObject({ exit: 0 })
    const planned = await command(...asked, 'plan', '--refresh-images')
    expect(planned.exit).toBe(2)
    expect(JSON.parse(planned.stdout)).toMatchObject({ changes: [{ action: 'replace', image: {} }, {}] })
    const dry = await command(...asked, 'deploy', '--dry-run', '--refresh-images')
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, changes: [{ image: {} }, { image: {} }] })
    expect(await command(...asked, 'deploy', '--refresh-images', '--yes')).toMatchObject({ exit: 0 })
    expect(await command(...asked, 'plan', '--refresh-images')).toMatchObject({ exit: 0 })
    const history = JSON.parse((await command(...asked, 'history')).stdout) as { operations: unknown[] }
    expect(history.operations.at(-1)).toMatchObject({
      outcome: 'succeeded',
      by: { options: expect.arrayContaining(['--refresh-images']) as string[] },
    })
  })

  it('does not go with a saved plan, which says it of itself', async () => {
    const saved = join(rig.folder, 'plain.plan')
    await writePlan(saved, await client.plan(declared(name)))
    const { exit, stderr } = await command('-f', file(), 'deploy', '--plan', saved, '--refresh-images', '--yes')
    expect({ exit, stderr }).toMatchObject({ exit: 64, stderr: expect.stringContaining('--refresh-images') as string })
  })
})

it('a stateful instance is refused without force, and keeps its data', async () => {
  const name = 'shop-data'
  const topology = declared(name, { web: { stateful: true, replicas: 1 } })
  await end(client.deploy(topology))
  await write(name, 'shop-data-web-1', 'precious')
  await newImage(name)
  await expect(client.plan(topology, refresh)).rejects.toMatchObject({ code: 'DATA_LOSS' })
  expect(await end(client.deploy(topology, refresh))).toMatchObject({ outcome: 'failed', error: { code: 'DATA_LOSS' } })
  expect(data(name)).toEqual({ 'shop-data-web-1': 'Running precious' })
  expect(await end(client.deploy(topology, { ...refresh, force: true }))).toMatchObject({ outcome: 'succeeded' })
  expect(data(name)).toEqual({})
})

it('a rollback to a revision of before keeps the newer image, for a revision names none', async () => {
  const name = 'shop-back'
  const greeting = (text: string) => declared(name, { web: { environment: { GREETING: text } } })
  await end(client.deploy(greeting('one')))
  await end(client.deploy(greeting('two')))
  const newer = await newImage(name)
  await end(client.deploy(greeting('two'), refresh))
  const run = await client.rollback(name)
  expect(await run.result()).toMatchObject({ outcome: 'succeeded', revision: 1 })
  expect(Object.values(images(name))).toEqual([newer, newer])
  expect((await client.plan(greeting('one'))).plan).toMatchObject({ empty: true, notes: [] })
})

it('a host that cannot list its images is no reason to refuse a plan, but is one to refuse a refresh', async () => {
  const name = 'shop-mute'
  await end(client.deploy(declared(name)))
  rig.emulator.fault({ match: { host: name, verb: 'image list' }, fault: { error: 'not authorized' }, times: 'always' })
  expect((await client.plan(declared(name))).plan).toMatchObject({ empty: true, notes: [] })
  await expect(client.plan(declared(name), refresh)).rejects.toMatchObject({ code: 'PERMISSION' })
  expect(await end(client.deploy(declared(name), refresh))).toMatchObject({ outcome: 'failed' })
  rig.emulator.clearFaults()
})
