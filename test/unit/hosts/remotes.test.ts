import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { remoteName, remotesFolder, type RealWay } from '../../../src/hosts/between/remotes.js'

const way: RealWay = {
  kind: 'https',
  url: 'https://h1:8443',
  certificate: 'CERTIFICATE',
  identity: { cert: 'CERT', key: 'KEY' },
}
let temporary: string

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'cul8er-test-'))
  vi.stubEnv('TMPDIR', temporary)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(temporary, { recursive: true })
})

it('is a folder that nobody else can open, until it is removed', async () => {
  const { folder, remove } = await remotesFolder({ h1: way })
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'client.key'))).mode & 0o777).toBe(0o600)
  await remove()
  expect(await readdir(temporary)).toEqual([])
})

it('leaves no key behind when it could not be written', async () => {
  await expect(remotesFolder({ h1: way, 'no/such': way })).rejects.toMatchObject({ code: 'ENOENT' })
  expect(await readdir(temporary)).toEqual([])
})

it('has a name of its own for every host', () => {
  const hosts = ['local', 'local-host', 'local-host-host', 'images', 'images-host', 'web', 'web-host', 'localhost']
  const names = hosts.map(remoteName)
  expect(new Set(names).size).toBe(hosts.length)
  expect(names.filter((name) => name === 'local' || name === 'images')).toEqual([])
  expect(remoteName('web')).toBe('web')
})
