import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
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

/** What happens while it is sent. */
let meanwhile = (): void => undefined

/** What the host has of copies: the backup that it is of. */
let copied: string | null = null
const deleted: string[] = []

/** @param failing - part of the command that the host refuses */
const host = (failing: string): HostExecutor =>
  ({
    host: 'one',
    run: ({ args }: { args: string[] }) => {
      const command = args.join(' ')
      if (command.includes(failing)) return Promise.reject(new Cul8erError('UNREACHABLE', 'no route to host'))
      if (command.startsWith('copy')) copied = /user\.cul8er\.backup=(\S+)/.exec(command)?.[1] ?? null
      if (command.startsWith('delete')) {
        deleted.push(copied ?? '')
        copied = null
      }
      if (/^query [^-]*instances/.test(command) && copied !== null) {
        const config = { 'user.cul8er.backup': copied }
        const stdout = { name: 'c', type: 'container', status: 'Stopped', created_at: '2026-01-01T00:00:00Z', config }
        return Promise.resolve({ stdout: JSON.stringify(stdout), stderr: '' })
      }
      return /DELETE|POST|copy|config|delete/.test(` ${command}`)
        ? Promise.resolve({ stdout: '{}', stderr: '' })
        : Promise.reject(new Cul8erError('NOT_FOUND', 'not found'))
    },
    request: () => {
      meanwhile()
      return Promise.resolve(
        Object.assign(Readable.from([Buffer.from('export')]), {
          statusCode: 200,
          headers: { 'content-length': '6' },
        }) as unknown as IncomingMessage,
      )
    },
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

beforeEach(() => {
  copied = null
  deleted.length = 0
  meanwhile = () => undefined
})

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

it('is none where another worker has taken over, whose copies stay', async () => {
  const store = folder()
  meanwhile = () => {
    copied = 'web-20261123-141530-0a1b2c3dwxyz'
  }
  await expect(make(store)).rejects.toMatchObject({ code: 'IN_USE' })
  expect(await kept(store)).toEqual([])
  expect(await store.begun('shop', signal)).toEqual([])
  expect([copied, deleted]).toEqual(['web-20261123-141530-0a1b2c3dwxyz', []])
})

it('removes its own copies, and what a dead worker left', async () => {
  const store = folder()
  copied = 'web-20261123-141530-0a1b2c3dwxyz'
  const { id } = await make(store)
  expect(deleted).toEqual(['web-20261123-141530-0a1b2c3dwxyz', id])
})
