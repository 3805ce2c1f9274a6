import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execa } from 'execa'
import { IncusProxy } from '../../support/incus-proxy.js'
import { Stage } from './stage.js'

const name = 'ft-rolling'

describe('faults on real Incus', () => {
  let folder: string
  let proxy: IncusProxy
  let stage: Stage
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cul8er-faults-'))
    proxy = await IncusProxy.open(join(folder, 'incus.socket'))
    // The service and its worker are started with this environment.
    process.env.INCUS_SOCKET = proxy.path
    stage = await Stage.open({ name, port: 8175, approach: 'rolling' })
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await stage.release(version)
    await stage.release('2.0.0', 'turns')
    expect(await stage.deploy('1.0.0')).toMatchObject({ outcome: 'succeeded' })
  }, 180_000)
  afterAll(async () => {
    proxy.speak()
    await stage.close()
    await proxy.close()
    delete process.env.INCUS_SOCKET
    await rm(folder, { recursive: true, force: true })
  }, 120_000)

  const answers = async (): Promise<string[]> =>
    Promise.all(Array.from({ length: 9 }, async () => (await fetch(stage.url)).text()))

  it('an app that is healthy for 3 s and then answers 500 is never promoted', { timeout: 120_000 }, async () => {
    const result = await stage.deploy('2.0.0', { healthcheck: { minHealthyTime: '6s' } })
    expect(result).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'UNHEALTHY', message: expect.stringContaining('500') as string },
    })
    expect(new Set(await answers())).toEqual(new Set(['version 1.0.0']))
    expect(result.steps.some(({ name: step, instance }) => step === 'admit' && instance?.endsWith('-1'))).toBe(false)
  })

  it('an image that does not exist is refused in the plan, named, with a next step', { timeout: 120_000 }, async () => {
    const result = await stage.deploy('1.0.0', {}, { image: 'cul8er/no-such-image' })
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'IMAGE_NOT_FOUND' } })
    expect(result.error?.message).toContain('no-such-image')
    expect(result.error?.hint).toBeTruthy()
    expect(await stage.instances()).toEqual([1, 2, 3].map((n) => `${name}-app-${n}`))
    expect(new Set(await answers())).toEqual(new Set(['version 1.0.0']))
  })

  it('a release that is no tarball is refused before anything happens', async () => {
    await stage.file('releases/app-3.0.0.tar.gz', randomBytes(4096))
    await expect(stage.deploy('3.0.0')).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
    expect((await stage.cul8er.status(name)).revision.desired).not.toBeNull()
    expect(new Set(await answers())).toEqual(new Set(['version 1.0.0']))
  })

  it(
    'Incus falls silent for a while in the middle of an update: the update waits and ends',
    { timeout: 240_000 },
    async () => {
      const deploying = stage.deploy('1.1.0')
      await sleep(2_500)
      proxy.fallSilent()
      await sleep(8_000)
      proxy.speak()
      expect(await deploying).toMatchObject({ outcome: 'succeeded' })
      expect(new Set(await answers())).toEqual(new Set(['version 1.1.0']))
    },
  )

  it('a full disk in an instance is told as such and rolled back', { timeout: 240_000 }, async () => {
    // The release is larger than what the instance may use; what random bytes take cannot be compressed away.
    await stage.release('4.0.0', 'good', randomBytes(48 * 1024 * 1024))
    const pool = await driver()
    const result = await stage.deploy('4.0.0', {}, { limits: { disk: '40MiB' } })
    if (pool === 'dir') {
      // A dir pool has no quota: nothing is full there, and the update is simply carried out.
      expect(result.outcome).toBe('succeeded')
    } else {
      expect(result.error, JSON.stringify(result.error)).toMatchObject({ code: 'NO_SPACE' })
      expect(result.outcome).toBe('rolledBack')
      expect(new Set(await answers())).toEqual(new Set(['version 1.1.0']))
    }
    expect((await stage.deploy('1.2.0')).outcome).toBe('succeeded')
    expect(await stage.instances()).toHaveLength(3)
  })

  it(
    'an app that becomes sick is restarted between operations, and no request fails',
    { timeout: 120_000 },
    async () => {
      const healthcheck = { unhealthy: { restart: 2, within: '1m' } }
      expect((await stage.deploy('1.2.0', { healthcheck })).outcome).toBe('succeeded')
      const sick = `${name}-app-2`
      const { instances } = await stage.cul8er.status(name)
      const address = instances.find((each) => each.name === sick)?.address
      expect((await fetch(`http://${address}:4000/sicken`)).status).toBe(200)
      expect((await fetch(`http://${address}:4000/health`)).status).toBe(500)
      const statuses = new Set<number>()
      const restarts = async () => (await stage.cul8er.history(name)).filter(({ automatic }) => automatic === true)
      for (const until = Date.now() + 60_000; (await restarts()).length === 0 && Date.now() < until;) {
        statuses.add((await fetch(stage.url)).status)
        await sleep(20)
      }
      expect(await restarts()).toMatchObject([
        {
          kind: 'restart',
          outcome: 'succeeded',
          reason: `${sick} was unhealthy: HTTP 500 at http://localhost:4000/health, restart 1 of 2 within 1 m`,
        },
      ])
      expect(statuses).toEqual(new Set([200]))
      const { healthy, unhealthy } = await stage.cul8er.status(name)
      expect({ healthy, unhealthy }).toEqual({ healthy: true, unhealthy: undefined })
    },
  )
})

async function driver(): Promise<string> {
  const { stdout } = await execa('incus', ['storage', 'show', 'default'], { stdin: 'ignore' })
  return /driver: (\w+)/.exec(stdout)?.[1] ?? ''
}
