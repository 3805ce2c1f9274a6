import { afterAll, beforeAll, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { Rig } from '../support/rig.js'

/* A host that is gone: commands that leave it out do not ask it, and leave what is on it as it is. */

let rig: Rig
let client: Cul8er
beforeAll(async () => {
  rig = await Rig.start()
  client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
  await (await client.deploy(declared('small'))).result()
  rig.emulator.fault({ match: { host: 'two' }, fault: 'refuse', times: 'always' })
})
afterAll(async () => {
  await client.close()
  await rig.stop()
})

const host = { address: 'localhost', platform: 'emulated' }
const declared = (size: string) =>
  ({
    name: 'shop',
    hosts: { one: host, two: host },
    resources: {
      app: { type: 'container', on: ['one', 'two'], replicas: 2, image: 'cul8er/tiny', environment: { SIZE: size } },
    },
  }) as never
const places = () => Object.entries(rig.instances()).map(([name, { host: on }]) => `${name} on ${on}`)

it('plan, dry run and deploy', async () => {
  expect(places().sort()).toEqual(['shop-app-1 on one', 'shop-app-2 on two'])
  await expect(client.plan(declared('large'))).rejects.toMatchObject({ code: 'UNREACHABLE' })
  const options = { without: ['two'] }
  const saved = await client.plan(declared('large'), options)
  expect(saved.without).toEqual(['two'])
  expect(saved.plan.changes.filter(({ host: on }) => on === 'two')).toEqual([])
  const { commands } = await client.dryRun(declared('large'), options)
  expect(commands.filter(({ host: on }) => on === 'two')).toEqual([])
  expect(await (await client.deploy(declared('large'), { plan: saved })).result()).toMatchObject({
    outcome: 'succeeded',
  })
  expect(await (await client.deploy(declared('huge'), options)).result()).toMatchObject({ outcome: 'succeeded' })
  expect(rig.instances()['shop-app-2']).toMatchObject({ host: 'two' })
}, 60_000)

it('refuses a host that there is none of, before anything begins', async () => {
  const message = 'shop has no host twoo (did you mean two?)'
  for (const ask of [
    () => client.plan(declared('large'), { without: ['twoo'] }),
    () => client.deploy(declared('large'), { without: ['twoo'] }),
    () => client.destroy('shop', { without: ['twoo'] }),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'USAGE', message })
})

it('refuses to leave out all that is declared', async () => {
  const options = { without: ['one', 'two'] }
  const refused = { code: 'USAGE', message: 'no host of shop is left: each of them is in --without' }
  await expect(client.plan(declared('large'), options)).rejects.toMatchObject(refused)
  await expect(client.deploy(declared('large'), options)).rejects.toMatchObject(refused)
})

it('destroy', async () => {
  expect(await (await client.destroy('shop', { without: ['two'] })).result()).toMatchObject({ outcome: 'succeeded' })
  expect(places()).toEqual(['shop-app-2 on two'])
}, 60_000)

it('keeps a standby in mind that is on the host', async () => {
  const strategy = { approach: 'blueGreen', keep: '10m' }
  const pair = (size: string) => ({ ...(declared(size) as object), name: 'pair', strategy }) as never
  rig.emulator.clearFaults()
  for (const size of ['small', 'large']) {
    expect(await (await client.deploy(pair(size))).result()).toMatchObject({ outcome: 'succeeded' })
  }
  const standby = async (): Promise<string[]> => (await client.exportState('pair')).standby?.names.sort() ?? []
  expect(await standby()).toEqual(['pair-app-1-blue', 'pair-app-2-blue'])
  rig.emulator.fault({ match: { host: 'two' }, fault: 'refuse', times: 'always' })
  const end = await (await client.deploy(pair('large'), { without: ['two'] })).result()
  expect(end).toMatchObject({ outcome: 'succeeded' })
  expect(await standby()).toEqual(['pair-app-1-blue', 'pair-app-2-blue'])
  rig.emulator.clearFaults()
  expect(await (await client.deploy(pair('large'))).result()).toMatchObject({ outcome: 'succeeded' })
  expect(await standby()).toEqual(['pair-app-1-blue', 'pair-app-2-blue'])
}, 60_000)
