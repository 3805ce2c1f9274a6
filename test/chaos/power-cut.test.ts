import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emulatorControl, type EmulatorControl } from '../../src/emulator/client.js'
import { servicePaths } from '../../src/service/paths.js'
import { readRecord } from '../../src/service/record.js'
import { emulatedEdge } from '../../src/traffic/emulated.js'
import type { HistoryEntry } from '../../src/contracts/index.js'
import { stopService } from '../support/service.js'
import { shop } from '../support/shop.js'
import { tarball } from '../support/tarballs.js'
import { seeded } from './random.js'

const CUTS = Number(process.env.CHAOS_CUTS ?? 20)
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000)
const PARTS = ['worker', 'supervisor', 'temporal', 'hosts'] as const
const APPROACHES = ['rolling', 'blueGreen', 'canary'] as const
type Approach = (typeof APPROACHES)[number]

const STRATEGY: Record<Approach, Record<string, unknown>> = {
  rolling: { maxParallel: 2 },
  blueGreen: { keep: '0s' },
  canary: { steps: [{ weight: 30, pause: '500ms' }, 100], analysis: { interval: '1s', maxErrorRatePercent: false } },
}
const cli = fileURLToPath(new URL('../../bin/cul8er', import.meta.url))

/*
 * The embedded service as people have it: nothing but commands. What is killed is left to whatever comes next: the supervisor, the
 * next command, or nobody, when that was killed as well.
 */
describe(`kill -9 of parts of the service, of all of it, and of the hosts, ${CUTS} times (CHAOS_SEED=${SEED})`, () => {
  let home: string
  let hosts: EmulatorControl
  const random = seeded(SEED)
  const killed = new Map<string, number>()

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cul8er-cut-'))
    await mkdir(join(home, 'releases'))
    for (const [version, health] of Object.entries({ '1.0.0': 'ok', '1.1.0': 'ok', '9.0.0': 'never' })) {
      const app = JSON.stringify({ version, port: 4000, health })
      const { bytes } = await tarball({ 'bin/shop': '#!/bin/sh\n', 'emulated.json': app })
      await writeFile(join(home, 'releases', `shop-${version}.tar.gz`), bytes)
    }
    for (const approach of APPROACHES) await writeFile(fileOf(approach), JSON.stringify(declaration(approach)))
    hosts = emulatorControl(join(home, 'emulator'))
  })
  afterAll(async () => {
    await stopService(home)
    await hosts.stop()
    await rm(home, { recursive: true, force: true })
  }, 60_000)

  const nameOf = (approach: Approach): string => `cut-${approach.toLowerCase()}`
  const fileOf = (approach: Approach): string => join(home, `${approach}.json`)
  const declaration = (approach: Approach): unknown => {
    // As many retries as a killed host needs to come back: fewer, and the declaration itself says that such an app is unhealthy.
    const healthcheck = {
      endpoint: 'http://localhost:4000/health',
      interval: '100ms',
      timeout: '3s',
      retries: 50,
      minHealthyTime: '200ms',
      deadline: '8s',
    }
    const strategy = { approach, ...STRATEGY[approach], healthcheck }
    return shop('1.0.0', { name: nameOf(approach), host: approach, strategy })
  }

  async function cul8er(
    approach: Approach,
    ...args: string[]
  ): Promise<{ exitCode: number | undefined; said: unknown }> {
    const { exitCode, stdout } = await execa(cli, ['--json', '-f', fileOf(approach), ...args], {
      cwd: home,
      env: { CUL8ER_HOME: home },
      reject: false,
      stdin: 'ignore',
    })
    return { exitCode, said: JSON.parse(stdout) as unknown }
  }

  /** Names, releases and roles on the host, and who serves. */
  async function world(approach: Approach): Promise<string[]> {
    const all = Object.values((await hosts.state())[approach]?.instances ?? {})
    const routes = await emulatedEdge({ folder: join(home, 'emulator', 'edges', approach) }).current(nameOf(approach))
    const routed = new Set(routes?.routes.map(({ pool }) => pool))
    const serving = (routes?.pools ?? []).filter(({ name }) => routed.has(name)).flatMap(({ servers }) => servers)
    return all
      .map(({ name, status, config, data }) => {
        const server = serving.find((s) => s.name === name)
        return `${name} ${status} ${config['user.cul8er.role']} ${config['user.cul8er.release']} ${data.releases.shop?.current} ${server?.state} ${server?.weight}`
      })
      .sort()
  }

  const expected = (approach: Approach, version: string, sets: number): string[] => {
    const color = approach === 'blueGreen' ? (sets % 2 === 0 ? '-blue' : '-green') : ''
    return [1, 2, 3].map(
      (k) => `${nameOf(approach)}-web-${k}${color} Running live shop@${version} ${version} ready 100`,
    )
  }

  /** One to all of the parts, at once. */
  async function cut(): Promise<void> {
    const chosen = PARTS.filter(() => random() < 0.5)
    const record = readRecord(servicePaths(home))
    for (const part of chosen.length === 0 ? PARTS : chosen) {
      const pid = part === 'hosts' ? await hosts.pid() : record?.[part]?.pid
      if (pid === undefined) continue
      try {
        process.kill(pid, 'SIGKILL')
        killed.set(part, (killed.get(part) ?? 0) + 1)
      } catch {
        // Gone already.
      }
      // A machine starts by itself when its power is back; an emulated one starts when it is asked something.
      if (part === 'hosts') setTimeout(() => void hosts.state().catch(() => undefined), 500)
    }
  }

  async function ended(approach: Approach): Promise<HistoryEntry> {
    for (;;) {
      const { said } = await cul8er(approach, 'history')
      const { operations, current } = said as { operations: HistoryEntry[]; current: unknown }
      const last = operations.at(-1)
      if (current === null && last !== undefined) return last
      await sleep(300)
    }
  }

  it('each operation ends as an undisturbed one would', { timeout: 120_000 + CUTS * 20_000 }, async () => {
    const now: Record<Approach, { version: string; sets: number }> = {
      rolling: { version: '1.0.0', sets: 0 },
      blueGreen: { version: '1.0.0', sets: 0 },
      canary: { version: '1.0.0', sets: 0 },
    }
    for (const approach of APPROACHES) {
      expect(await cul8er(approach, 'deploy', '--yes')).toMatchObject({ exitCode: 0, said: { outcome: 'succeeded' } })
    }
    let cuts = 0
    for (let round = 0; cuts < CUTS; round += 1) {
      const approach = APPROACHES[round % 3] ?? 'rolling'
      const is = now[approach]
      const broken = round % 4 === 3
      const version = broken ? '9.0.0' : is.version === '1.0.0' ? '1.1.0' : '1.0.0'
      const started = await cul8er(approach, 'deploy', '--yes', '--detach', '--version', version)
      expect(started, JSON.stringify(started.said)).toMatchObject({ exitCode: 0 })
      for (let i = 0; i < 2 && cuts < CUTS; i += 1) {
        await sleep(100 + random() * 2_500)
        await cut()
        cuts += 1
      }
      const end = await ended(approach)
      expect(end, JSON.stringify(end.error)).toMatchObject(
        broken ? { outcome: 'rolledBack', error: { code: 'UNHEALTHY' } } : { outcome: 'succeeded' },
      )
      if (!broken) now[approach] = { version, sets: is.sets + 1 }
      expect(await world(approach)).toEqual(expected(approach, now[approach].version, now[approach].sets))
    }
    console.log(`${cuts} cuts, seed ${SEED}, killed ${JSON.stringify(Object.fromEntries(killed))}`)
    for (const approach of APPROACHES) {
      expect(await world(approach)).toEqual(expected(approach, now[approach].version, now[approach].sets))
      const plan = await cul8er(approach, 'plan', '--version', now[approach].version)
      expect(plan).toMatchObject({ exitCode: 0, said: { empty: true } })
    }
  })
})
