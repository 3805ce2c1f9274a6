import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { describe, expect, it } from 'vitest'
import { checkTarball } from '../../../src/artifacts/check.js'

async function tar(...headers: (Partial<Header> & { name: string })[]): Promise<Buffer> {
  const archive = pack()
  for (const header of headers) {
    if ([undefined, 'file', 'contiguous-file'].includes(header.type)) archive.entry(header, 'text')
    else archive.entry(header)
  }
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return gzipSync(Buffer.concat(chunks))
}

async function sized(...headers: { name: string; mode?: number; size: number }[]): Promise<Buffer> {
  const archive = pack()
  for (const header of headers) archive.entry(header, Buffer.alloc(header.size))
  archive.finalize()
  return gzipSync(await buffer(archive))
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
    ['folders with a setgid bit', [{ name: 'bin', type: 'directory' as const, mode: 0o2755 }, program], null],
    ['a link in the release', [{ name: 'bin/app', type: 'symlink' as const, linkname: '../lib/app' }], null],
    ['an own start command', [{ name: 'go.sh', mode: 0o755 }], ['./go.sh', 'now']],
    ['a start command from the image', [{ name: 'main.py' }], ['python3', 'main.py']],
  ])('accepts %s', async (_, headers, start) => {
    const checked = await checkTarball(await file(await tar(...headers)), { release: 'app', start })
    expect(checked.files).toBe(1)
  })

  it.each([
    ['an absolute path', [program, { name: '/etc/passwd' }], null, 'absolute path /etc/passwd'],
    ['a path upwards', [program, { name: 'a/../../b' }], null, 'a/../../b contains ..'],
    ['a link upwards', [program, { name: 'a', type: 'symlink' as const, linkname: '../../b' }], null, 'points outside'],
    [
      'a hard link upwards',
      [program, { name: 'a', type: 'link' as const, linkname: '/etc/shadow' }],
      null,
      'points outside',
    ],
    ['a device', [program, { name: 'a', type: 'block-device' as const }], null, 'device'],
    ['a named pipe', [program, { name: 'a', type: 'fifo' as const }], null, 'a is a named pipe'],
    ['a setuid program', [program, { name: 'a', mode: 0o4755 }], null, 'a has a setuid or setgid bit'],
    [
      'a setuid program of another kind of file',
      [program, { name: 'a', mode: 0o4755, type: 'contiguous-file' as const }],
      null,
      'a has a setuid or setgid bit',
    ],
    [
      'a file behind a link that is named like a folder',
      [program, { name: 'a/', type: 'symlink' as const, linkname: '/etc' }, { name: 'a/passwd' }],
      null,
      'a/passwd passes through the link a',
    ],
    ['a setgid program', [program, { name: 'a', mode: 0o2755 }], null, 'a has a setuid or setgid bit'],
    [
      'a sparse file',
      [program, { name: 'a', pax: { 'GNU.sparse.realsize': '9999999999999' } }],
      null,
      'a is a sparse file',
    ],
    [
      'a file behind a link',
      [program, { name: './a', type: 'symlink' as const, linkname: '/etc' }, { name: 'a/b/passwd' }],
      null,
      'a/b/passwd passes through the link a',
    ],
    [
      'a hard link to behind a link',
      [
        program,
        { name: 'a', type: 'symlink' as const, linkname: '/etc' },
        { name: 'b', type: 'link' as const, linkname: 'a/shadow' },
      ],
      null,
      'a/shadow passes through the link a',
    ],
    ['folders only', [{ name: 'bin', type: 'directory' as const }], null, 'contains no files'],
    ['no program', [{ name: 'bin/other', mode: 0o755 }], null, 'does not contain bin/app'],
    ['a program that cannot be run', [{ name: 'bin/app', mode: 0o644 }], null, 'not executable'],
    ['an own program that is missing', [program], ['bin/go'], 'does not contain bin/go'],
  ])('refuses %s', async (_, headers, start, reason) => {
    await expect(checkTarball(await file(await tar(...headers)), { release: 'app', start })).rejects.toMatchObject({
      code: 'ARTIFACT_BROKEN',
      message: expect.stringContaining(reason) as string,
    })
  })

  describe('with limits', () => {
    const limits = { mib: 1, files: 3 }
    const MIB = 1024 ** 2
    const half = { name: 'half', size: MIB / 2 }
    const check = async (bytes: Buffer) => checkTarball(await file(bytes), { release: 'app', limits })

    it('accepts what is at them', async () => {
      const bytes = await sized({ name: 'bin/app', mode: 0o755, size: MIB / 2 }, half, { name: 'c', size: 0 })
      expect(await check(bytes)).toEqual({ files: 3, unpackedBytes: MIB })
    })

    it.each([
      [
        'a byte too many',
        () => sized(half, half, { name: 'c', size: 1 }),
        'it unpacks to 1.0MiB or more; the limit is 1MiB',
      ],
      [
        'a file too many',
        () => tar(program, { name: 'a' }, { name: 'b' }, { name: 'c' }),
        'it contains more than 3 files, links and folders',
      ],
      [
        'a folder too many',
        () => tar(program, ...['a', 'b', 'c'].map((name) => ({ name, type: 'directory' as const }))),
        'it contains more than 3',
      ],
      ['nothing but zeros', async () => gzipSync(Buffer.alloc(3 * MIB)), 'metadata is too large'],
    ])('refuses %s', async (_, bytes, reason) => {
      await expect(check(await bytes())).rejects.toMatchObject({
        code: 'ARTIFACT_BROKEN',
        message: expect.stringContaining(reason) as string,
        hint: expect.stringContaining('CUL8ER_RELEASE_SIZE') as string,
      })
    })

    it('reads nothing of a file that is too large', async () => {
      // The header promises 900 GiB, and no byte of it comes.
      const archive = pack()
      archive.entry({ name: 'big', size: 900 * 1024 * MIB })
      const { value } = (await archive[Symbol.asyncIterator]().next()) as { value: Buffer }
      archive.destroy()
      await expect(check(gzipSync(value))).rejects.toMatchObject({
        message: expect.stringContaining('it unpacks to 921600.0MiB or more') as string,
      })
    })
  })

  it('says how to pack when the release is in a folder of its own', async () => {
    const path = await file(await tar({ name: 'app-1/bin/app', mode: 0o755 }))
    await expect(checkTarball(path, { release: 'app' })).rejects.toMatchObject({
      hint: 'It contains app-1/bin/app: pack the contents of app-1, not the folder itself.',
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
