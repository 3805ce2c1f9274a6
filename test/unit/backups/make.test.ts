import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createFolderStore } from '../../../src/backups/folder-store.js'
import { backupKey } from '../../../src/backups/key.js'
import { wholeBackups } from '../../../src/backups/list.js'
import { makeBackup } from '../../../src/backups/make.js'
import type { BackupStore } from '../../../src/backups/store.js'
import { Cul8erError } from '../../../src/errors.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { oursOf } from '../../../src/plan/ours.js'
import { revisionOf, web, worldOf } from '../plan/world.js'

/* A backup of an instance on a host that does what it is told, until a test has it fail. */

const { signal } = new AbortController()
const key = backupKey(Buffer.alloc(32, 7).toString('base64'), 'key')
const [original] = oursOf('shop', worldOf(revisionOf(web({}, {}))))

/** @param failing - part of the command that the host refuses */
const host = (failing: string): HostExecutor =>
  ({
    host: 'one',
    run: ({ args }: { args: string[] }) => {
      const command = args.join(' ')
      if (command.includes(failing)) return Promise.reject(new Cul8erError('UNREACHABLE', 'no route to host'))
      return /DELETE|POST|copy|config|delete/.test(` ${command}`)
        ? Promise.resolve({ stdout: '{}', stderr: '' })
        : Promise.reject(new Cul8erError('NOT_FOUND', 'not found'))
    },
    request: () =>
      Promise.resolve(
        Object.assign(Readable.from([Buffer.from('export')]), {
          statusCode: 200,
          headers: { 'content-length': '6' },
        }) as unknown as IncomingMessage,
      ),
  }) as unknown as HostExecutor

const folder = (): BackupStore => {
  const root = mkdtempSync(join(tmpdir(), 'cul8er-backups-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return createFolderStore(join(root, 'backups'))
}
const make = (store: BackupStore, failing = 'nothing') =>
  makeBackup(
    { topology: 'shop', project: null, original: original!, executor: host(failing), store, key, keep: 3 },
    { signal },
  )
const kept = async (store: BackupStore) => (await wholeBackups({ store, topology: 'shop', key }, signal)).backups

it('is whole in the store', async () => {
  const store = folder()
  const { id } = await make(store)
  expect(await kept(store)).toMatchObject([{ id, instance: 'shop-web', parts: [{ name: 'instance.enc' }] }])
})

it('stays where it is whole and the host and the list fail afterwards', async () => {
  const store = folder()
  const deaf: BackupStore = { ...store, list: () => Promise.reject(new Error('no answer')) }
  await expect(make(deaf, 'backup.at')).rejects.toThrow('no route to host')
  expect(await kept(store)).toHaveLength(1)
})

it('leaves nothing of one that the host does not give', async () => {
  const store = folder()
  await expect(make(store, 'request=POST')).rejects.toThrow()
  expect(await store.begun('shop', signal)).toEqual([])
  expect(await kept(store)).toEqual([])
})
