import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import { backupActivities } from '../../../activities/backups.js'
import { refuseKeyless } from '../../../activities/backup-store.js'
import type { ActivityDeps } from '../../../activities/deps.js'
import type { BackupInput, BackupRound } from '../../../src/contracts/index.js'
import { Cul8erError } from '../../../src/errors.js'
import type { Revision } from '../../../src/plan/model.js'
import { topologyOf } from '../../support/rig.js'

/* Rounds of backups on hosts that give no answer, and keys that are wrong. */

const revision = (key: object): Revision => ({
  number: 1,
  digest: 'x',
  topology: topologyOf({
    name: 'shop',
    hosts: { a: { address: 'root@10.0.0.1', platform: 'debian' } },
    resources: {
      db: {
        image: 'x',
        on: 'a',
        stateful: true,
        backup: { to: '/nowhere/backups', every: '1h', key: { secret: key } },
      },
    },
  }),
  artifacts: {},
  sealed: {},
  createdAt: new Date(0).toISOString(),
})

const silent = { run: () => Promise.reject(new Cul8erError('UNREACHABLE', 'no route to host')) }
const deps = {
  executorFor: () => silent,
  log: { warn: () => undefined },
  sealKey: Buffer.alloc(32),
  formerKeys: [],
} as unknown as ActivityDeps

const round = (over: Partial<BackupInput> = {}): Promise<BackupRound> => {
  const { backUp } = backupActivities(deps)
  const of = revision({ from: 'file', key: '/nowhere/key' })
  const input = { topology: 'shop', revision: of, dirty: [], known: {}, restores: [], ...over }
  return new MockActivityEnvironment().run<[typeof input], BackupRound, typeof backUp>(backUp, input)
}

it('says what failed, once, and looks again before the next one would be due', async () => {
  const began = Date.now()
  const first = await round()
  expect(first.changes).toEqual([{ replica: 'db/', to: 'failed' }])
  expect(first.backups['db/']?.failed).toBe('shop-db was not found, and host a gives no answer: no route to host')
  expect(Date.parse(first.nextAt) - began).toBeLessThanOrEqual(11 * 60_000)
  expect((await round({ known: first.backups })).changes).toEqual([])
})

it('looks soon for what may come back although it was restored elsewhere', async () => {
  const began = Date.now()
  const { nextAt } = await round({ restores: [{ host: 'b', operation: 2 }] })
  expect(Date.parse(nextAt) - began).toBeLessThan(20_000)
})

it.each<[string, object, string | null]>([
  ['a file that is missing', { from: 'file', key: '/nowhere/key' }, 'resources.db.backup.key: the file /nowhere/key'],
  ['a command is not run for a plan', { from: 'command', key: 'false' }, null],
])('a plan and %s', async (_, key, message) => {
  const refused = refuseKeyless(revision(key), deps, new AbortController().signal)
  if (message === null) await expect(refused).resolves.toBeUndefined()
  else await expect(refused).rejects.toThrow(message)
})
