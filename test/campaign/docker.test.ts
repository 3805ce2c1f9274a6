import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OperationResult } from '../../src/contracts/index.js'
import { incus, inside } from '../e2e/releases/instance.js'
import { Home } from '../e2e/service/home.js'

/* Docker inside instances: examples/docker as its reader runs it, on real Incus. */

const home = new Home()
const folder = fileURLToPath(new URL('../../examples/docker', import.meta.url))
const INSTANCES = ['hello-docker-web-1', 'hello-docker-web-2']

beforeAll(() => execa(`${folder}/build`))
afterAll(async () => {
  await home.cul8er(['-f', `${folder}/cul8er.config.ts`, 'destroy', '--yes', '--wait'])
  await home.remove()
}, 180_000)

async function change(...args: string[]): Promise<OperationResult> {
  const words = ['-f', `${folder}/cul8er.config.ts`, '--json', ...args, '--yes']
  const { stdout, stderr } = await home.cul8er(words)
  const result = JSON.parse(stdout) as OperationResult
  if (result.outcome === undefined) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`)
  return result
}

async function answer(): Promise<string> {
  const response = await fetch('http://127.0.0.1:8194/', { headers: { connection: 'close' } })
  return `${response.status} ${(await response.text()).trim()}`
}

/** Runs a task under requests; gives what they were answered, each answer once. */
async function asked<T>(task: Promise<T>): Promise<{ result: T; answers: string[] }> {
  const seen = new Set<string>()
  const over = task.then(
    () => true,
    () => true,
  )
  const pause = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 50))
  do seen.add(await answer())
  while (!(await Promise.race([over, pause()])))
  return { result: await task, answers: [...seen].sort() }
}

const images = (): Promise<string[]> =>
  Promise.all(INSTANCES.map(async (name) => (await inside(name, "docker ps --format '{{.Image}}'")).trim()))

test('this machine lets Docker run in an Incus container', { timeout: 180_000 }, async () => {
  const name = `campaign-docker-${randomBytes(3).toString('hex')}`
  await incus('launch', 'cul8er/docker', name, '--config', 'security.nesting=true')
  try {
    await incus('file', 'push', '--quiet', `${folder}/releases/hello-1.0.0.tar.gz`, `${name}/root/hello.tar.gz`)
    const script = `for i in $(seq 150); do docker info >/dev/null 2>&1 && break; sleep 0.2; done
      tar -xzf /root/hello.tar.gz --to-stdout ./image.tar | docker load && docker run --rm hello:1.0.0 /bin/busybox true`
    const { exitCode, stderr } = await execa('incus', ['exec', name, '--', 'sh', '-c', script], {
      ...{ reject: false, stdin: 'ignore', timeout: 120_000 },
    })
    const why = async (): Promise<string> =>
      `${stderr}\n${await inside(name, 'journalctl -u docker -u containerd -p warning -n 20 --no-pager')}`
    expect(exitCode, exitCode === 0 ? '' : `Docker does not run in a container here: ${await why()}`).toBe(0)
  } finally {
    await incus('delete', '--force', name)
  }
})

test('a release that is a Docker image: deployed, updated, rolled back, removed', { timeout: 400_000 }, async () => {
  expect(await change('deploy')).toMatchObject({ outcome: 'succeeded', revision: 1 })
  expect(await answer()).toBe('200 hello 1.0.0, from Docker')
  expect(await images()).toEqual(['hello:1.0.0', 'hello:1.0.0'])
  const update = await asked(change('deploy', '--version', '1.1.0'))
  expect(update.result).toMatchObject({ outcome: 'succeeded', revision: 2 })
  expect(update.answers).toEqual(['200 hello 1.0.0, from Docker', '200 hello 1.1.0, from Docker'])
  expect(await images()).toEqual(['hello:1.1.0', 'hello:1.1.0'])
  const broken = await asked(change('deploy', '--version', '1.2.0'))
  expect(broken.result).toMatchObject({ outcome: 'rolledBack', error: { code: 'UNHEALTHY' } })
  expect(broken.answers).toEqual(['200 hello 1.1.0, from Docker'])
  expect(await images()).toEqual(['hello:1.1.0', 'hello:1.1.0'])
  expect(await change('destroy')).toMatchObject({ outcome: 'succeeded' })
  const left = (await incus('list', '--format', 'csv', '--columns', 'n')).split('\n')
  expect(left.filter((name) => name.startsWith('hello-docker-'))).toEqual([])
})
