import { chmod, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadFormerKeys, loadSealKey } from '../../../src/secrets/seal-key.js'

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), 'cul8er-key-'))

describe('loadSealKey', () => {
  it('takes the key of the environment and makes no file', async () => {
    const home = await folder()
    const text = Buffer.alloc(32, 3).toString('base64')
    expect(await loadSealKey({ home, env: { CUL8ER_SEAL_KEY: `${text}\n` } })).toEqual(Buffer.alloc(32, 3))
    expect(await readdir(home)).toEqual([])
  })

  it.each(['short', Buffer.alloc(31).toString('base64'), '!'.repeat(44)])(
    'refuses %j without showing it',
    async (text) => {
      const error = await loadSealKey({ home: await folder(), env: { CUL8ER_SEAL_KEY: text } }).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining('CUL8ER_SEAL_KEY') as string })
      expect(JSON.stringify(error)).not.toContain(text)
    },
  )

  it('makes one 0600 file, the same for all that start at once', async () => {
    const home = join(await folder(), 'deep', 'home')
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadSealKey({ home, env: {} })))
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1)
    expect(keys[0]).toHaveLength(32)
    expect(await readdir(home)).toEqual(['seal.key'])
    expect((await stat(join(home, 'seal.key'))).mode & 0o777).toBe(0o600)
    expect(await loadSealKey({ home, env: {} })).toEqual(keys[0])
  })

  it('refuses a file that others can read, and one that holds no key', async () => {
    const home = await folder()
    await loadSealKey({ home, env: {} })
    await chmod(join(home, 'seal.key'), 0o640)
    await expect(loadSealKey({ home, env: {} })).rejects.toMatchObject({
      code: 'PERMISSION',
      message: expect.stringContaining('640') as string,
      hint: expect.stringContaining('chmod 600') as string,
    })
    await chmod(join(home, 'seal.key'), 0o600)
    await writeFile(join(home, 'seal.key'), (await readFile(join(home, 'seal.key'))).subarray(0, 9))
    await expect(loadSealKey({ home, env: {} })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('keys from before: none, of the environment, or of a private file', async () => {
    const home = await folder()
    const text = (fill: number): string => Buffer.alloc(32, fill).toString('base64')
    expect(await loadFormerKeys({ home, env: {} })).toEqual([])
    expect(await loadFormerKeys({ home, env: { CUL8ER_SEAL_KEY_BEFORE: `${text(1)},${text(2)}` } })).toEqual([
      Buffer.alloc(32, 1),
      Buffer.alloc(32, 2),
    ])
    await writeFile(join(home, 'seal.key.before'), `${text(3)}\n${text(4)}\n`, { mode: 0o600 })
    expect(await loadFormerKeys({ home, env: {} })).toEqual([Buffer.alloc(32, 3), Buffer.alloc(32, 4)])
    await chmod(join(home, 'seal.key.before'), 0o644)
    await expect(loadFormerKeys({ home, env: {} })).rejects.toMatchObject({ code: 'PERMISSION' })
  })
})
