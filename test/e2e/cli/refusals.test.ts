import { execa } from 'execa'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tarGz } from '../../support/tarballs.js'
import { Home } from '../service/home.js'

/* On real Incus: what cannot come true is refused in the plan, by `plan` and by `deploy`, and nothing is made. */

const NAME = 'refusals-cli'

interface Refusal {
  app: object
  exit: number
  code: string
  says: RegExp
}

describe('what a plan refuses', { timeout: 60_000 }, () => {
  const home = new Home()
  const file = join(home.folder, 'cul8er.config.json')

  function declare(app: object): void {
    const hosts = { here: { address: 'localhost', platform: 'debian' } }
    const whole = { type: 'container', on: 'here', image: 'cul8er/tiny', ...app }
    writeFileSync(file, JSON.stringify({ name: NAME, hosts, resources: { app: whole } }))
  }
  /** Everything of Incus that carries our name. Images do not, and other tests make some meanwhile. */
  async function made(): Promise<string[]> {
    const lists = [
      ['list', '-f', 'csv', '-c', 'ns'],
      ['storage', 'volume', 'list', 'default', '-f', 'csv', '-c', 'n'],
      ['network', 'list', '-f', 'csv', '-c', 'n'],
      ['profile', 'list', '-f', 'csv', '-c', 'n'],
    ]
    const found = await Promise.all(lists.map((words) => execa('incus', words, { stdin: 'ignore' })))
    return found.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line.includes(NAME)))
  }
  const release = async (words: string): Promise<string> => {
    const bytes = await tarGz({ 'bin/app': `#!/bin/sh\n# ${words}\nexec sleep 1000000\n` })
    mkdirSync(join(home.folder, 'releases'), { recursive: true })
    writeFileSync(join(home.folder, 'releases', 'app-1.0.0.tar.gz'), bytes)
    return createHash('sha256').update(bytes).digest('hex')
  }

  beforeAll(() => home.cul8er(['service', 'start']))
  afterAll(async () => {
    await home.cul8er(['destroy', NAME, '--yes'])
    await home.remove()
  })

  it.each<[string, Refusal]>([
    [
      'an image that does not exist',
      {
        app: { image: 'cul8er/tinny' },
        exit: 1,
        code: 'IMAGE_NOT_FOUND',
        says: /^resources\.app\.image: host here has no image cul8er\/tinny \(did you mean cul8er\/tiny\?\)$/,
      },
    ],
    [
      'more memory than the host has',
      {
        app: { limits: { memory: `${Math.ceil(totalmem() / 1024 ** 3) + 1}GiB` } },
        exit: 5,
        code: 'NO_ROOM',
        says: /^resources\.app\.limits\.memory: \d+GiB is more than host here has: [\d.]+GiB$/,
      },
    ],
    [
      'more CPUs than the host has',
      {
        app: { limits: { cpu: 4096 } },
        exit: 5,
        code: 'NO_ROOM',
        says: /^resources\.app\.limits\.cpu: 4096 is more than host here has: \d+$/,
      },
    ],
    [
      'more disk than its pool has',
      {
        app: { limits: { disk: '900TiB' } },
        exit: 5,
        code: 'NO_ROOM',
        says: /^resources\.app\.limits\.disk: 900TiB is more than pool default of here has: [\d.]+[GT]iB$/,
      },
    ],
    [
      'a disk that is too small for its image',
      {
        app: { image: 'cul8er/debian', limits: { disk: '16MiB' } },
        exit: 5,
        code: 'NO_ROOM',
        says: /^resources\.app\.limits\.disk: 16MiB is less than image cul8er\/debian takes on here: [\d.]+MiB packed/,
      },
    ],
    [
      'an artifact that is named and missing',
      {
        app: { deploy: { release: 'app', version: '1.0.0', artifact: 'built/{version}.tar.gz' } },
        exit: 1,
        code: 'ARTIFACT_MISSING',
        says: /^no artifact of app 1\.0\.0: looked for .*\/built\/1\.0\.0\.tar\.gz/,
      },
    ],
  ])('%s', async (_, { app, exit, code, says }) => {
    declare(app)
    const before = await made()
    for (const command of [['plan'], ['deploy', '--yes'], ['deploy', '--dry-run']]) {
      const ran = await home.cul8er([...command, '--json'])
      expect([command, ran.exit]).toEqual([command, exit])
      expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code, message: expect.stringMatching(says) as string } })
    }
    const shown = await home.cul8er(['plan'])
    expect([shown.exit, shown.stdout]).toEqual([exit, ''])
    expect(shown.stderr).toMatch(new RegExp(`\\(${code}\\)\n→ \\S`))
    expect(await made()).toEqual(before)
  })

  it('a tarball of the same version that was built again is no refusal: the plan names both digests', async () => {
    const first = await release('first')
    declare({ deploy: { release: 'app', version: '1.0.0' } })
    expect(await home.json(['deploy', '--yes'])).toMatchObject({ outcome: 'succeeded' })
    expect((await home.cul8er(['plan'])).exit).toBe(0)
    const second = await release('second')
    const before = await made()
    const reason = `rebuilt: app 1.0.0, digest ${first.slice(0, 12)} → ${second.slice(0, 12)}`
    const planned = await home.cul8er(['plan', '--json'])
    expect([planned.exit, JSON.parse(planned.stdout)]).toMatchObject([
      2,
      { changes: [{ action: 'update', instance: `${NAME}-app`, reasons: [reason] }] },
    ])
    expect((await home.cul8er(['plan'])).stdout).toContain(reason)
    expect(await made()).toEqual(before)
    // What serves is not touched by a deploy that is refused, either.
    const { revision } = await home.json<{ revision: { stable: number } }>(['status', NAME])
    declare({ deploy: { release: 'app', version: '1.0.0' }, image: 'cul8er/tinny' })
    expect(await home.cul8er(['deploy', '--yes'])).toMatchObject({ exit: 1 })
    expect(await made()).toEqual(before)
    expect(await home.json(['status', NAME])).toMatchObject({
      healthy: true,
      revision: { stable: revision.stable },
      lastOperation: { outcome: 'failed' },
    })
  })
})
