import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Home } from '../e2e/service/home.js'

const TOPOLOGY = {
  name: 'rotated',
  hosts: { here: { address: 'localhost', platform: 'emulated' } },
  resources: {
    web: {
      type: 'container',
      on: 'here',
      image: 'cul8er/tiny',
      environment: { TOKEN: { secret: { from: 'system', key: 'ROTATED_TOKEN' } } },
    },
  },
}

describe('a changed seal key', { timeout: 120_000 }, () => {
  const home = new Home()
  // The tests' own key is not the home's.
  const env = { CUL8ER_SEAL_KEY: '', ROTATED_TOKEN: 'the-token' }
  const cul8er = <T>(...args: string[]): Promise<T> => home.json<T>(args, env)
  const key = (name: string): string => join(home.path, name)
  const status = (): Promise<unknown> => cul8er('status', 'rotated')
  const operations = { revision: { stable: 2 }, healthy: true }

  beforeAll(async () => {
    writeFileSync(join(home.folder, 'cul8er.config.json'), JSON.stringify(TOPOLOGY))
    expect(await cul8er('deploy', '--yes')).toMatchObject({ outcome: 'succeeded' })
  })
  afterAll(() => home.remove())

  it('is named where a worker goes by the former one', async () => {
    renameSync(key('seal.key'), key('seal.key.before'))
    expect(await status()).toMatchObject({
      error: { code: 'PERMISSION', hint: expect.stringContaining('cul8er service stop') as string },
    })
  })

  it('needs the former one beside it, and says so', async () => {
    await home.cul8er(['service', 'stop'])
    renameSync(key('seal.key.before'), key('elsewhere'))
    expect(await status()).toMatchObject({
      error: { code: 'SERVICE', hint: expect.stringContaining('seal.key.before') as string },
    })
    await home.cul8er(['service', 'stop'])
    renameSync(key('elsewhere'), key('seal.key.before'))
    expect(await status()).toMatchObject({ healthy: true })
  })

  it('is all that is needed after a deploy and state renew', async () => {
    expect(await cul8er('deploy', '--yes')).toMatchObject({ outcome: 'succeeded' })
    expect(await cul8er('state', 'renew')).toEqual({
      topologies: [{ topology: 'rotated', renewed: true, after: null }],
    })
    rmSync(key('seal.key.before'))
    await home.cul8er(['service', 'stop'])
    expect(await status()).toMatchObject(operations)
    expect(await cul8er('plan')).toMatchObject({ changes: [] })
    expect(await cul8er('rollback', 'rotated', '--yes')).toMatchObject({ error: { code: 'SECRET_UNRESOLVED' } })
    expect(await cul8er('destroy', 'rotated', '--yes')).toMatchObject({ outcome: 'succeeded' })
  })
})
