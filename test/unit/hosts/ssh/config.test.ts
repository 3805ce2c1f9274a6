import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { configOf } from '../../../../src/hosts/ssh/config.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cul8er-config-'))
  await writeFile(join(folder, 'nslookup'), `#!/bin/sh\n: >${folder}/ran\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

it.each([
  [
    'a name that is to be made canonical',
    'Host web\n CanonicalizeHostName yes\n canonicalDomains a.test b.test\n Port 5',
  ],
  ['Match exec', () => `Host web\n Port 5\nMatch exec "touch ${folder}/ran"\n Port 6`],
])('runs nothing for %s', async (_, text) => {
  const config = await configOf([{ within: [], text: typeof text === 'string' ? text : text() }])
  expect(config('web', null).port).toBe('5')
  expect(await readdir(folder)).toEqual(['nslookup'])
})
