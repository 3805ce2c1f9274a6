import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestWorkflowEnvironment } from '@temporalio/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../src/client/index.js'
import { Cul8erError } from '../../src/errors.js'
import { emulatorControl } from '../../src/emulator/client.js'
import { emulatedEdge } from '../../src/traffic/emulated.js'
import { shop } from '../support/shop.js'
import { localServer } from '../support/temporal.js'
import { WorkerProcess } from '../support/worker-process.js'
import { tarball } from '../support/tarballs.js'
import { seeded } from './random.js'

const KILLS = Number(process.env.CHAOS_KILLS ?? 20)
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
/** Between two kills, ms. */
const [SHORTEST, LONGEST] = [500, 6_000]

type Approach = 'rolling' | 'blueGreen' | 'canary'
const APPROACHES: Approach[] = ['rolling', 'blueGreen', 'canary']
const STRATEGY: Record<Approach, Record<string, unknown>> = {
  rolling: { maxParallel: 2 },
  blueGreen: { keep: '0s' },
  canary: { steps: [{ weight: 30, pause: '1s' }, 100] },
}

describe(`kill -9 of the worker at ${KILLS} random moments (CHAOS_SEED=${SEED})`, () => {
  let env: TestWorkflowEnvironment
  let home: string
  let worker: WorkerProcess
  let cul8er: Cul8er
  const random = seeded(SEED)

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cul8er-chaos-'))
    env = await localServer()
    await mkdir(join(home, 'releases'))
    for (const [version, health] of [
      ['1.0.0', 'ok'],
      ['1.1.0', 'ok'],
      ['9.0.0', 'never'],
    ] as const) {
      const { bytes } = await tarball({
        'bin/shop': '#!/bin/sh\n',
        'emulated.json': JSON.stringify({ version, port: 4000, health }),
      })
      await writeFile(join(home, 'releases', `shop-${version}.tar.gz`), bytes)
    }
    worker = new WorkerProcess({ address: env.address, home })
    worker.start()
    cul8er = await Cul8er.connect({ address: env.address, home })
  }, 60_000)
  afterAll(async () => {
    await cul8er.close()
    await worker.end()
    await emulatorControl(join(home, 'emulator')).stop()
    await env.teardown()
    await rm(home, { recursive: true, force: true })
  })

  const edge = (host: string) => emulatedEdge({ folder: join(home, 'emulator', 'edges', host) })

  /** A topology on a host of its own, so that what is there can be compared whole. */
  const declaration = (approach: Approach, version: string): never => {
    const base = shop(version, {
      name: `kill-${approach.toLowerCase()}`,
      strategy: { approach, ...STRATEGY[approach] },
    })
    const text = JSON.stringify(base)
      .replaceAll('"one"', `"${approach}"`)
      .replaceAll('"deadline":"1s"', '"deadline":"3s"')
    return JSON.parse(text) as never
  }

  /** What there is on a host: name, release and role of each instance, and who serves. */
  async function world(approach: Approach): Promise<{ instances: string[]; serving: string[] }> {
    const state = (await emulatorControl(join(home, 'emulator')).state())[approach]
    const routes = await edge(approach).current(`kill-${approach.toLowerCase()}`)
    const routed = new Set(routes?.routes.map(({ pool }) => pool))
    return {
      instances: Object.values(state?.instances ?? {})
        .map(
          ({ name, status, config }) =>
            `${name} ${status} ${config['user.cul8er.release']} ${config['user.cul8er.role']}`,
        )
        .sort(),
      serving: (routes?.pools ?? [])
        .filter(({ name }) => routed.has(name))
        .flatMap(({ servers }) => servers.map((s) => `${s.name} ${s.state} ${s.weight}`))
        .sort(),
    }
  }

  const colors = (approach: Approach, n: number): string =>
    approach === 'blueGreen' ? (n % 2 === 0 ? '-blue' : '-green') : ''

  /** What an undisturbed run leaves behind: one version, three instances, all serving, nothing else. */
  const expected = (approach: Approach, version: string, sets: number): Awaited<ReturnType<typeof world>> => {
    const names = [1, 2, 3].map((i) => `kill-${approach.toLowerCase()}-web-${i}${colors(approach, sets)}`)
    return {
      instances: names.map((name) => `${name} Running shop@${version} live`),
      serving: names.map((name) => `${name} ready 100`),
    }
  }

  it('every operation ends as an undisturbed one would', { timeout: 120_000 + KILLS * 12_000 }, async () => {
    const counts = { succeeded: 0, rolledBack: 0 }
    let killing = true
    const started = async (approach: Approach, version: string) => {
      for (;;) {
        try {
          return await cul8er.deploy(declaration(approach, version), { directory: home })
        } catch (error) {
          // A busy machine may start no worker in the time that a command waits. Then nothing was started, and it is asked again.
          if (!(error instanceof Cul8erError) || error.code !== 'SERVICE') throw error
        }
      }
    }
    const deploy = async (approach: Approach, version: string) => (await started(approach, version)).result()
    const campaign = async (approach: Approach): Promise<void> => {
      await edge(approach).script({ requestsPerSecond: 200, answers: {} })
      let [now, sets] = ['1.0.0', 0]
      expect((await deploy(approach, now)).outcome).toBe('succeeded')
      // Once at least, however long the first deploy took.
      do {
        const broken = await deploy(approach, '9.0.0')
        expect(broken, `${approach} ${JSON.stringify(broken.error)}`).toMatchObject({
          outcome: 'rolledBack',
          error: { code: 'UNHEALTHY' },
        })
        counts.rolledBack += 1
        expect(await world(approach)).toEqual(expected(approach, now, sets))
        now = now === '1.0.0' ? '1.1.0' : '1.0.0'
        const good = await deploy(approach, now)
        expect(good, JSON.stringify(good.error)).toMatchObject({ outcome: 'succeeded' })
        sets += 1
        counts.succeeded += 1
        expect(await world(approach)).toEqual(expected(approach, now, sets))
      } while (killing)
    }
    const killer = async (): Promise<void> => {
      for (let i = 0; i < KILLS; i += 1) {
        await sleep(SHORTEST + random() * (LONGEST - SHORTEST))
        await worker.kill()
      }
      killing = false
    }
    await Promise.all([...APPROACHES.map(campaign), killer()])
    console.log(`${worker.kills} kills, seed ${SEED}: ${counts.succeeded} succeeded, ${counts.rolledBack} rolled back`)
    expect(worker.kills).toBe(KILLS)
    expect(counts.succeeded).toBeGreaterThan(0)
    expect(counts.rolledBack).toBeGreaterThan(0)
  })
})
