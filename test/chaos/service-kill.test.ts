import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { servicePaths } from '../../src/service/paths.js'
import { readRecord } from '../../src/service/record.js'
import { writeRelease } from '../e2e/strategies/app.js'
import { stopService } from '../support/service.js'
import { seeded } from './random.js'

const KILLS = Number(process.env.CHAOS_SERVICE_KILLS ?? 20)
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
const PARTS = ['worker', 'supervisor', 'temporal'] as const

const name = 'sk-real'

/** Three instances on real Incus, small and quick. */
const declaration = (version: string): never =>
  ({
    name,
    hosts: { here: { address: 'localhost', platform: 'debian' } },
    resources: {
      app: { type: 'container', on: 'here', replicas: 3, image: 'cul8er/edge', deploy: { release: 'app', version } },
    },
    strategy: {
      maxParallel: 2,
      healthcheck: {
        endpoint: 'http://localhost:4000/health',
        interval: '100ms',
        timeout: '2s',
        minHealthyTime: '500ms',
        deadline: '20s',
      },
    },
  }) as never

describe(`kill -9 of worker, service and Temporal at ${KILLS} random moments, on real Incus (CHAOS_SEED=${SEED})`, () => {
  let folder: string
  let home: string
  let cul8er: Cul8er
  const random = seeded(SEED)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cul8er-service-kill-'))
    home = join(folder, 'home')
    for (const version of ['1.0.0', '1.1.0']) await writeRelease(join(folder, 'releases'), version)
    cul8er = await Cul8er.connect({ home })
  }, 60_000)
  afterAll(async () => {
    await (await cul8er.destroy(name)).result()
    await cul8er.close()
    await stopService(home)
    await rm(folder, { recursive: true, force: true })
  }, 120_000)

  /** name, state and release of each instance, as Incus says. */
  async function instances(): Promise<string[]> {
    const args = ['list', '-c', 'ns,user.cul8er.release', '--format', 'csv', `^${name}-`]
    const { stdout } = await execa('incus', args, { stdin: 'ignore' })
    return stdout.split('\n').sort()
  }

  it('every deploy ends as an undisturbed one', { timeout: 120_000 + KILLS * 30_000 }, async () => {
    const killed: Record<string, number> = {}
    let kills = 0
    let deploys = 0
    let version = '1.1.0'
    while (kills < KILLS) {
      version = version === '1.0.0' ? '1.1.0' : '1.0.0'
      let done = false
      const run = await cul8er.deploy(declaration(version), { directory: folder })
      const ending = run.result().finally(() => (done = true))
      while (!done && kills < KILLS) {
        await Promise.race([ending.catch(() => undefined), sleep(300 + random() * 5_000)])
        if (done) break
        const part = PARTS[kills % PARTS.length] ?? 'worker'
        const pid = readRecord(servicePaths(home))?.[part]?.pid
        if (pid === undefined) continue
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          continue
        }
        kills += 1
        killed[part] = (killed[part] ?? 0) + 1
      }
      const result = await ending
      expect(result, JSON.stringify(result.error)).toMatchObject({ outcome: 'succeeded' })
      deploys += 1
      expect(await instances()).toEqual([1, 2, 3].map((n) => `${name}-app-${n},RUNNING,app@${version}`))
    }
    console.log(`${kills} kills (${JSON.stringify(killed)}), seed ${SEED}: ${deploys} deploys, all succeeded`)
    expect(kills).toBe(KILLS)
    expect((await cul8er.plan(declaration(version), { directory: folder })).plan.changes).toEqual([])
  })
})
