import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Status } from '../../src/client/index.js'
import { loadTopologies } from '../../src/loaders/load.js'
import type { OperationResult } from '../../src/contracts/index.js'
import { incus } from './releases/instance.js'
import { Home } from './service/home.js'

/* The examples as a reader of the docs runs them, on real Incus. */

const home = new Home()
const folder = (example: string): string => fileURLToPath(new URL(`../../examples/${example}`, import.meta.url))

/** One example: its topology and public port, and the command in its folder. */
class Example {
  readonly topology: string

  constructor(
    readonly name: string,
    readonly port: number,
  ) {
    this.topology = `hello-${name}`
  }

  run(args: string[]): ReturnType<Home['cul8er']> {
    return home.cul8er(['-f', `${folder(this.name)}/cul8er.config.ts`, '--json', ...args])
  }

  async change(...args: string[]): Promise<OperationResult> {
    const { stdout, stderr } = await this.run([...args, '--yes'])
    const result = JSON.parse(stdout) as OperationResult
    if (result.outcome === undefined) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`)
    return result
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.run(['status'])).stdout) as Status
  }

  /** The answers to some requests, each on a connection of its own, without repetition. */
  async answers(): Promise<string[]> {
    const found = new Set<string>()
    for (let left = 12; left > 0; left -= 1) found.add(await this.answer())
    return [...found].sort()
  }

  async answer(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port}/`, { headers: { connection: 'close' } })
    return `${response.status} ${(await response.text()).trim()}`
  }

  /** Instances and public ports that are there. */
  async left(): Promise<string[]> {
    const instances = (await incus('list', '-f', 'csv', '-c', 'n')).split('\n')
    const ports = await incus('config', 'device', 'list', 'cul8er-edge').catch(() => '')
    return [
      ...instances.filter((name) => name.startsWith(`${this.topology}-`)),
      ...ports.split('\n').filter((device) => device === `port-${this.port}`),
    ]
  }

  async remove(): Promise<void> {
    await this.run(['abort'])
    await this.run(['destroy', '--yes', '--wait'])
    const instances = (await this.left()).filter((name) => name.startsWith(this.topology))
    await Promise.all(instances.map((name) => incus('delete', '-f', name)))
  }
}

const rolling = new Example('rolling', 8191)
const blueGreen = new Example('blue-green', 8192)
const canary = new Example('canary', 8193)
const all = [rolling, blueGreen, canary]

beforeAll(() => Promise.all(all.map(({ name }) => execa(`${folder(name)}/build`))))

afterAll(async () => {
  for (const example of all) await example.remove()
  await home.remove()
}, 180_000)

/** Runs a task under requests; gives what they were answered, each answer once. */
async function asked<T>(example: Example, task: Promise<T>): Promise<{ result: T; answers: string[] }> {
  const seen = new Set<string>()
  let over = false
  const asking = (async () => {
    while (!over) {
      seen.add(await example.answer())
      await sleep(20)
    }
  })()
  try {
    const result = await task
    return { result, answers: [...seen].sort() }
  } finally {
    over = true
    await asking
  }
}

async function destroyed(example: Example): Promise<void> {
  expect(await example.change('destroy')).toMatchObject({ outcome: 'succeeded' })
  expect(await example.left()).toEqual([])
}

const names = ({ instances }: Status): string[] => instances.map(({ name, version }) => `${name} ${version}`).sort()

describe('rolling', () => {
  test('deploys, updates under requests, and undoes what never gets healthy', async () => {
    expect(await rolling.change('deploy')).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(await rolling.answers()).toEqual(['200 hello 1.0.0'])
    const update = await asked(rolling, rolling.change('deploy', '--version', '1.1.0'))
    expect(update.result).toMatchObject({ outcome: 'succeeded', revision: 2 })
    expect(update.answers).toEqual(['200 hello 1.0.0', '200 hello 1.1.0'])
    const broken = await asked(rolling, rolling.change('deploy', '--version', '1.3.0'))
    expect(broken.result).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(broken.answers).toEqual(['200 hello 1.1.0'])
    expect(await rolling.status()).toMatchObject({ healthy: true, revision: { desired: 3, stable: 2, attempted: 3 } })
    await destroyed(rolling)
  }, 180_000)
})

describe('blue-green', () => {
  test('says the same in TypeScript and YAML', async () => {
    const [code, yaml] = await Promise.all(
      ['ts', 'yaml'].map((ending) => loadTopologies(`${folder('blue-green')}/cul8er.config.${ending}`)),
    )
    expect(yaml).toEqual(code)
  })

  test('switches to a new set, and back to the kept one', async () => {
    expect(await blueGreen.change('deploy')).toMatchObject({ outcome: 'succeeded' })
    const update = await asked(blueGreen, blueGreen.change('deploy', '--version', '1.1.0'))
    expect(update.result).toMatchObject({ outcome: 'succeeded', revision: 2 })
    expect(update.answers).toEqual(['200 hello 1.0.0', '200 hello 1.1.0'])
    expect(await blueGreen.answers()).toEqual(['200 hello 1.1.0'])
    expect(names(await blueGreen.status())).toEqual([
      'hello-blue-green-web-1-blue 1.0.0',
      'hello-blue-green-web-1-green 1.1.0',
      'hello-blue-green-web-2-blue 1.0.0',
      'hello-blue-green-web-2-green 1.1.0',
    ])
    const back = await blueGreen.change('rollback')
    expect(back).toMatchObject({ outcome: 'succeeded', revision: 1 })
    expect(back.steps.map(({ name }) => name)).not.toContain('create')
    expect(await blueGreen.answers()).toEqual(['200 hello 1.0.0'])
    await destroyed(blueGreen)
  }, 180_000)
})

describe('canary', () => {
  test('promotes what does well, and removes what answers with errors', async () => {
    expect(await canary.change('deploy')).toMatchObject({ outcome: 'succeeded' })
    const update = await asked(canary, canary.change('deploy', '--version', '1.1.0'))
    expect(update.result).toMatchObject({ outcome: 'succeeded', revision: 2 })
    expect(update.answers).toEqual(['200 hello 1.0.0', '200 hello 1.1.0'])
    expect(update.result.steps.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['canary takes 20 %', 'canary takes 50 %', 'canary takes 0 %']),
    )
    const broken = await asked(canary, canary.change('deploy', '--version', '1.2.0'))
    expect(broken.result).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
    expect(broken.answers).toEqual(['200 hello 1.1.0', '500 out of greetings'])
    expect(await canary.answers()).toEqual(['200 hello 1.1.0'])
    expect(names(await canary.status())).toEqual(['hello-canary-web-1 1.1.0', 'hello-canary-web-2 1.1.0'])
    await destroyed(canary)
  }, 180_000)
})
