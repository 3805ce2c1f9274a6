import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { BackupStore } from '../../../src/backups/store.js'

const { signal } = new AbortController()
const A = 'db-20261123-141530-0a1b2c3dwxyz'
const B = 'db-20261124-141530-0a1b2c3dwxyz'

async function* pieces(bytes: Uint8Array, size = 60_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function all(from: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = []
  for await (const piece of from) found.push(piece)
  return Buffer.concat(found)
}

/** What every place that keeps backups does. */
export function storeSuite(name: string, make: () => BackupStore, { large = 100_000 } = {}): void {
  describe(`${name} that keeps backups`, () => {
    const write = async (store: BackupStore, id: string, bytes = Buffer.from('x'), topology = 'shop') => {
      const writer = await store.begin(topology, id, signal)
      expect(await writer.put('instance.enc', pieces(bytes))).toBe(bytes.length)
      return writer
    }

    it('gives back what was written, by topology, once it is whole', async () => {
      const store = make()
      expect(await store.list('shop', signal)).toEqual([])
      const bytes = randomBytes(large)
      const writer = await write(store, A, bytes)
      expect(await store.list('shop', signal)).toEqual([])
      expect(await store.begun('shop', signal)).toEqual([A])
      await writer.commit('manifest.json', '{"a":1}\n')
      expect(await store.list('shop', signal)).toEqual([A])
      expect(await store.begun('shop', signal)).toEqual([])
      expect(await store.list('other', signal)).toEqual([])
      expect(await store.size('shop', A, 'instance.enc', signal)).toBe(large)
      expect(await store.size('shop', A, 'more.enc', signal)).toBeNull()
      expect((await all(await store.read('shop', A, 'instance.enc', signal))).equals(bytes)).toBe(true)
      expect((await all(await store.read('shop', A, 'manifest.json', signal))).toString()).toBe('{"a":1}\n')
      await expect(store.read('shop', B, 'manifest.json', signal)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('keeps nothing of one that broke off, whether anybody removes it at once or later', async () => {
      const store = make()
      const writer = await store.begin('shop', A, signal)
      const broken = (async function* () {
        yield randomBytes(large)
        throw new Error('the host is gone')
      })()
      await expect(writer.put('instance.enc', broken)).rejects.toThrow('the host is gone')
      expect(await store.list('shop', signal)).toEqual([])
      await store.remove('shop', A, signal)
      expect(await store.begun('shop', signal)).toEqual([])
    })

    it('removes one, and leaves the others', async () => {
      const store = make()
      for (const id of [A, B]) await (await write(store, id)).commit('manifest.json', '{}')
      await store.remove('shop', A, signal)
      await store.remove('shop', A, signal)
      expect(await store.list('shop', signal)).toEqual([B])
      expect(await store.begun('shop', signal)).toEqual([])
      expect(await store.size('shop', B, 'instance.enc', signal)).toBe(1)
    })
  })
}
