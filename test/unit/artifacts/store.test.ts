import { createHash } from 'node:crypto'
import { appendFile, chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createArtifactStore, type ArtifactStore } from '../../../src/artifacts/store.js'

describe('the artifact store', () => {
  let folder: string
  let store: ArtifactStore
  const file = async (text: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), 'cul8er-artifact-')), 'release.tar.gz')
    await writeFile(path, text)
    return path
  }
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'cul8er-store-')), 'artifacts')
    store = createArtifactStore(folder)
  })

  it('keeps a file by its digest, also when the original goes', async () => {
    const original = await file('release')
    const artifact = await store.put(original)
    expect(artifact).toEqual({ sha256: createHash('sha256').update('release').digest('hex'), size: 7 })
    await rm(original)
    const path = await store.path(artifact.sha256, { verify: true })
    expect(await readFile(path, 'utf8')).toBe('release')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await store.has(artifact.sha256)).toBe(true)
  })

  it('does not copy again what it has', async () => {
    const { sha256 } = await store.put(await file('release'))
    const before = await stat(await store.path(sha256))
    await store.put(await file('release'))
    expect((await stat(await store.path(sha256))).ino).toBe(before.ino)
  })

  it('takes the same file from many at once', async () => {
    const original = await file('x'.repeat(300_000))
    const puts = await Promise.all(Array.from({ length: 6 }, () => store.put(original)))
    expect(new Set(puts.map(({ sha256 }) => sha256)).size).toBe(1)
    expect(await readdir(folder)).toHaveLength(1)
    await store.path(puts[0]!.sha256, { verify: true })
  })

  it('tells what is missing, damaged or unreadable', async () => {
    await expect(store.path('0'.repeat(64))).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' })
    await expect(store.path('../../etc/passwd')).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(store.put('/absent.tar.gz')).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' })
    expect(await store.has('0'.repeat(64))).toBe(false)
    const { sha256 } = await store.put(await file('release'))
    const path = await store.path(sha256)
    await chmod(path, 0o600)
    await appendFile(path, '!')
    await expect(store.path(sha256, { verify: true })).rejects.toMatchObject({ code: 'ARTIFACT_BROKEN' })
    expect(await store.path(sha256)).toBe(path)
  })

  it('prunes what is neither kept nor young, and drafts that a crash left', async () => {
    expect(await store.prune(new Set())).toEqual({ removed: [] })
    const [kept, young, old] = await Promise.all(
      ['kept', 'young', 'old'].map(async (text) => store.put(await file(text))),
    )
    const past = new Date(Date.now() - 7_200_000)
    await writeFile(join(folder, '.0123'), 'draft')
    for (const name of [`${kept!.sha256}.tar.gz`, `${old!.sha256}.tar.gz`, '.0123'])
      await utimes(join(folder, name), past, past)
    expect(await store.prune(new Set([kept!.sha256]))).toEqual({ removed: [old!.sha256] })
    expect((await readdir(folder)).sort()).toEqual([`${kept!.sha256}.tar.gz`, `${young!.sha256}.tar.gz`].sort())
  })

  it('is as young as its last put', async () => {
    const { sha256 } = await store.put(await file('release'))
    const past = new Date(Date.now() - 7_200_000)
    await utimes(await store.path(sha256), past, past)
    await store.put(await file('release'))
    expect(await store.prune(new Set())).toEqual({ removed: [] })
  })
})
