import { execa } from 'execa'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Home } from '../service/home.js'

const [BUSY, SHARED, DEVICE] = [18_591, 18_592, 18_593]
const STRANGER = 'taken-stranger'

/* On real Incus: who has a public port is said in the plan, before anything is made or a neighbour is touched. */
describe('a public port that somebody else has', { timeout: 120_000 }, () => {
  const home = new Home()
  const declare = (name: string, port: number): string[] => {
    const file = join(home.folder, `${name}.json`)
    const app = { type: 'container', on: 'here', image: 'cul8er/tiny', network: { expose: [{ port: 4000, as: port }] } }
    const hosts = { here: { address: 'localhost', platform: 'debian' } }
    writeFileSync(file, JSON.stringify({ name, hosts, resources: { app } }))
    return ['-f', file]
  }
  const instances = async (): Promise<string[]> =>
    (await execa('incus', ['list', 'taken-', '-f', 'csv', '-c', 'n'])).stdout.split('\n').filter((name) => name !== '')
  const refused = async (args: string[], message: string): Promise<void> => {
    const before = await instances()
    for (const command of [['plan'], ['deploy', '--yes']]) {
      expect(await home.json([...command, ...args])).toMatchObject({ error: { code: 'PORT_TAKEN', message } })
    }
    expect(await instances()).toEqual(before)
  }

  beforeAll(async () => {
    // It would take its configuration from standard input.
    await execa('incus', ['launch', 'cul8er/tiny', STRANGER], { stdin: 'ignore' })
    const proxy = [`listen=tcp:127.0.0.1:${DEVICE}`, 'connect=tcp:127.0.0.1:80']
    await execa('incus', ['config', 'device', 'add', STRANGER, 'web', 'proxy', ...proxy])
  })
  afterAll(async () => {
    await home.cul8er(['destroy', 'taken-one', '--yes'])
    await home.remove()
    await execa('incus', ['delete', '--force', STRANGER])
  })

  it('a program', async () => {
    const busy = createServer().listen(BUSY, '0.0.0.0')
    await once(busy, 'listening')
    await refused(declare('taken-busy', BUSY), `port ${BUSY} of here is in use by another program`)
    busy.close()
    await once(busy, 'close')
    expect(await home.json(['plan', ...declare('taken-busy', BUSY)])).toMatchObject({ topology: 'taken-busy' })
  })

  it('an instance', async () => {
    const message = `port ${DEVICE} of here is in use by instance ${STRANGER}, which has a proxy device on it`
    await refused(declare('taken-device', DEVICE), message)
  })

  it('another topology, which goes on serving', async () => {
    const one = declare('taken-one', SHARED)
    expect(await home.json(['deploy', '--yes', ...one])).toMatchObject({ outcome: 'succeeded' })
    await refused(declare('taken-two', SHARED), `port ${SHARED} of here belongs to topology taken-one`)
    expect(await home.json(['plan', ...one])).toMatchObject({ changes: [] })
  })
})
