import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Cul8er } from '../../../src/client/index.js'
import type { OperationResult } from '../../../src/contracts/index.js'
import { stopService } from '../../support/service.js'
import { inside } from '../releases/instance.js'

/* An image that is imported anew under its alias while instances of the former one serve, on real Incus. */

const name = 'ri-shop'
const port = 8297
const alias = `cul8er-test/${name}-${randomBytes(3).toString('hex')}`
const url = `http://127.0.0.1:${port}`

const declared = {
  name,
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: {
    app: {
      type: 'container',
      on: 'here',
      replicas: 2,
      image: alias,
      network: { expose: [{ port: 4000, as: port, protocol: 'http' }] },
    },
  },
  strategy: {
    approach: 'rolling',
    healthcheck: {
      endpoint: 'http://localhost:4000/',
      interval: '100ms',
      timeout: '2s',
      retries: 2,
      minHealthyTime: '300ms',
      deadline: '10s',
    },
  },
} as never

const incus = async (...args: string[]): Promise<string> =>
  (await execa('incus', args, { stdin: 'ignore', timeout: 120_000 })).stdout

/** Gives the alias to a new image, which is tiny with a page; a broken one has no server for it. Its fingerprint. */
async function publish(page: string, { broken = false } = {}): Promise<string> {
  const maker = `${name}-maker`
  await incus('launch', 'cul8er/tiny', maker)
  try {
    const serve = '::respawn:/bin/httpd -f -p 4000 -h /www'
    await incus(
      ...['exec', maker, '--', 'sh', '-c'],
      `mkdir /www && echo '${page}' >/www/index.html${broken ? '' : ` && echo '${serve}' >>/etc/inittab`}`,
    )
    await incus('stop', '--force', maker)
    if (published.length > 0) await incus('image', 'alias', 'delete', alias)
    await incus('publish', maker, '--alias', alias)
  } finally {
    await incus('delete', '--force', maker)
  }
  const { target } = JSON.parse(await incus('query', `/1.0/images/aliases/${encodeURIComponent(alias)}`)) as {
    target: string
  }
  published.push(target)
  return target
}
const published: string[] = []

/** Each instance with the image that it was made from. */
async function images(): Promise<Record<string, string>> {
  const found = (await incus('list', '-c', 'n', '--format', 'csv', `^${name}-app`)).split('\n').filter(Boolean).sort()
  const entries = found.map(async (each) => [each, await incus('config', 'get', each, 'volatile.base_image')] as const)
  return Object.fromEntries(await Promise.all(entries))
}

/** Asks again and again until it is stopped; what was not answered with 200. */
function requests(): { stop: () => Promise<{ asked: number; failed: string[] }> } {
  let goesOn = true
  let asked = 0
  const failed: string[] = []
  const loop = (async () => {
    for (; goesOn; asked++) {
      const answer = await fetch(url).then(
        ({ status }) => String(status),
        (error: unknown) => String(error),
      )
      if (answer !== '200') failed.push(answer)
      await sleep(20)
    }
  })()
  return {
    stop: async () => {
      goesOn = false
      await loop
      return { asked, failed }
    },
  }
}

describe('deploy --refresh-images', () => {
  let cul8er: Cul8er
  let home = ''
  let older = ''
  let newer = ''
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'cul8er-refresh-'))
    older = await publish('image one')
    cul8er = await Cul8er.connect({ home })
    expect(await deploy()).toMatchObject({ outcome: 'succeeded' })
    newer = await publish('image two')
    expect(newer).not.toBe(older)
  }, 180_000)
  afterAll(async () => {
    try {
      await (await cul8er.destroy(name)).result()
    } finally {
      await cul8er.close()
      await stopService(home)
      await rm(home, { recursive: true, force: true })
      for (const image of published) await incus('image', 'delete', image).catch(() => undefined)
    }
  }, 120_000)

  const deploy = async (options: { refreshImages?: boolean } = {}): Promise<OperationResult> =>
    (await cul8er.deploy(declared, options)).result()
  const plan = async (options: { refreshImages?: boolean } = {}) => (await cul8er.plan(declared, options)).plan
  const answer = async (): Promise<string> => (await (await fetch(url)).text()).trim()

  it('a plain deploy leaves instances of the older image, and the plan has a note', async () => {
    const before = await images()
    expect(before).toEqual({ [`${name}-app-1`]: older, [`${name}-app-2`]: older })
    expect(await plan()).toMatchObject({
      empty: true,
      notes: [
        `app: ${name}-app-1, ${name}-app-2 run on an older ${alias} than the host has now; --refresh-images replaces them`,
      ],
    })
    expect(await deploy()).toMatchObject({ outcome: 'succeeded' })
    expect(await images()).toEqual(before)
    expect(await answer()).toBe('image one')
  })

  it('a refresh replaces them, and no request is refused', async () => {
    const { changes, notes } = await plan({ refreshImages: true })
    expect(notes).toEqual([])
    expect(changes.map(({ action, replaces, image }) => ({ action, replaces, image }))).toEqual(
      [1, 2].map((n) => ({
        action: 'replace',
        replaces: `${name}-app-${n}`,
        image: { name: alias, from: older, to: newer },
      })),
    )
    const asking = requests()
    expect(await deploy({ refreshImages: true })).toMatchObject({ outcome: 'succeeded' })
    const { asked, failed } = await asking.stop()
    expect(asked).toBeGreaterThan(10)
    expect(failed).toEqual([])
    expect(await images()).toEqual({ [`${name}-app-1-green`]: newer, [`${name}-app-2-green`]: newer })
    expect(await answer()).toBe('image two')
  })

  it('then nothing is left to do, and nothing goes back', async () => {
    const before = await images()
    for (const options of [{ refreshImages: true }, {}]) {
      expect(await plan(options)).toMatchObject({ empty: true, notes: [] })
      expect(await deploy(options)).toMatchObject({ outcome: 'succeeded' })
      expect(await images()).toEqual(before)
    }
    expect(await cul8er.status(name)).toMatchObject({ healthy: true, instances: [{ drift: [] }, { drift: [] }] })
  })

  it('a refresh with an image that does not serve goes back, with what was written', async () => {
    const before = await images()
    const [first = ''] = Object.keys(before)
    await inside(first, 'echo precious >/srv/note; sync')
    const broken = await publish('image three', { broken: true })
    const asking = requests()
    expect(await deploy({ refreshImages: true })).toMatchObject({ outcome: 'rolledBack' })
    expect((await asking.stop()).failed).toEqual([])
    expect(await images()).toEqual(before)
    expect(await inside(first, 'cat /srv/note')).toBe('precious\n')
    expect(await answer()).toBe('image two')
    expect(await plan()).toMatchObject({ empty: true, notes: [expect.stringContaining(`an older ${alias}`)] })
    const again = await plan({ refreshImages: true })
    expect(again.changes.map(({ image }) => image?.to)).toEqual([broken, broken])
  })

  it('where the alias goes back to a former image, a refresh goes back too', async () => {
    const give = async (image: string): Promise<void> => {
      await incus('image', 'alias', 'delete', alias)
      await incus('image', 'alias', 'create', alias, image)
    }
    await give(newer)
    expect(await plan({ refreshImages: true })).toMatchObject({ empty: true, notes: [] })
    await give(older)
    expect(await deploy({ refreshImages: true })).toMatchObject({ outcome: 'succeeded' })
    expect(await images()).toEqual({ [`${name}-app-1`]: older, [`${name}-app-2`]: older })
    expect(await answer()).toBe('image one')
  })
})
