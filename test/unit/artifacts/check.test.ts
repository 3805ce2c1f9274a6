import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { checkTarball } from '../../../src/artifacts/check.js'

async function tar(...headers: (Partial<Header> & { name: string })[]): Promise<Buffer> {
  const archive = pack()
  for (const header of headers) {
    if (header.type === undefined || header.type === 'file') archive.entry(header, 'text')
    else archive.entry(header)
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks))
}

async function file(bytes: Buffer): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'cul8er-check-')), 'app-1.tar.gz')
  await writeFile(path, bytes)
  return path
}

const program = { name: 'bin/app', mode: 0o755 }

describe('checkTarball', () => {
  it.each([
    ['a release', [{ name: 'bin', type: 'directory' as const }, program], null],
    ['names with ./', [{ name: './bin/app', mode: 0o755 }], null],
    ['a link in the release', [{ name: 'bin/app', type: 'symlink' as const, linkname: '../lib/app' }], null],
    ['an own start command', [{ name: 'go.sh', mode: 0o755 }], ['./go.sh', 'now']],
    ['a start command from the image', [{ name: 'main.py' }], ['python3', 'main.py']],
  ])('accepts %s', async (_, headers, start) => {
    const checked = await checkTarball(await file(await tar(...headers)), { release: 'app', start })
    expect(checked.files).toBe(1)
  })

  it.each([
    ['an absolute path', [program, { name: '/etc/passwd' }], null, 'absolute path /etc/passwd'],
    ['a path upwards', [program, { name: 'a/../../b' }], null, 'a/../../b has a .. in it'],
    ['a link upwards', [program, { name: 'a', type: 'symlink' as const, linkname: '../../b' }], null, 'leads out'],
    [
      'a hard link upwards',
      [program, { name: 'a', type: 'link' as const, linkname: '/etc/shadow' }],
      null,
      'leads out',
    ],
    ['a device', [program, { name: 'a', type: 'block-device' as const }], null, 'device'],
    ['folders only', [{ name: 'bin', type: 'directory' as const }], null, 'no file in it'],
    ['no program', [{ name: 'bin/other', mode: 0o755 }], null, 'no bin/app'],
    ['a program that cannot be run', [{ name: 'bin/app', mode: 0o644 }], null, 'not executable'],
    ['an own program that is missing', [program], ['bin/go'], 'no bin/go'],
  ])('refuses %s', async (_, headers, start, reason) => {
    await expect(checkTarball(await file(await tar(...headers)), { release: 'app', start })).rejects.toMatchObject({
      code: 'ARTIFACT_BROKEN',
      message: expect.stringContaining(reason) as string,
    })
  })

  it('says how to pack when the release is in a folder of its own', async () => {
    const path = await file(await tar({ name: 'app-1/bin/app', mode: 0o755 }))
    await expect(checkTarball(path, { release: 'app' })).rejects.toMatchObject({
      hint: 'There is app-1/bin/app: pack what is in app-1, not the folder itself.',
    })
  })

  it.each([
    ['cut', async () => (await tar(program, { name: 'big' })).subarray(0, 60)],
    ['no gzip', async () => Buffer.from('not a tarball at all')],
    ['no tar', async () => gzipSync(Buffer.alloc(2048, 'x'))],
    ['empty', async () => Buffer.alloc(0)],
  ])('refuses what is %s', async (_, bytes) => {
    await expect(checkTarball(await file(await bytes()), { release: 'app' })).rejects.toMatchObject({
      code: 'ARTIFACT_BROKEN',
    })
  })
})
