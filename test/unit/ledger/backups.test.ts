import { describe, expect, it } from 'vitest'
import type { BackupRecord, ReplicaChange } from '../../../src/contracts/index.js'
import { backupEvents } from '../../../workflows/ledger/backups.js'

const NOW = '2026-03-01T12:00:00.000Z'
const record = (over: Partial<BackupRecord> = {}): BackupRecord => ({
  ...{
    resource: 'db',
    instance: 'shop-db',
    host: 'a',
    since: '2026-03-01T08:00:00.000Z',
    at: '2026-03-01T10:00:00.000Z',
  },
  ...over,
})

describe('what people hear of backups', () => {
  it.each<[ReplicaChange['to'][], Partial<BackupRecord>, object[]]>([
    [['failed'], { failed: 'no room' }, [{ event: 'backupFailed', reason: 'no room' }]],
    [['late'], { late: true }, [{ event: 'backupLate', reason: '2 h old' }]],
    [
      ['late'],
      { late: true, failed: 'no room', at: undefined },
      [{ event: 'backupLate', reason: 'no backup for 4 h: no room' }],
    ],
    [['failed', 'late'], { late: true, failed: 'no room' }, [{ event: 'backupLate', reason: '2 h old: no room' }]],
    [['recovered'], {}, [{ event: 'backupRecovered', reason: null }]],
    [['recovered', 'caughtUp'], {}, [{ event: 'backupRecovered', reason: null }]],
    [['recovered'], { late: true }, []],
    [['caughtUp'], { failed: 'no room' }, []],
  ])('%j of %j', (changes, over, expected) => {
    const round = {
      backups: { 'db/': record(over) },
      changes: changes.map((to) => ({ replica: 'db/', to })),
      nextAt: NOW,
    }
    expect(backupEvents('shop', round, NOW)).toEqual(expected.map((each) => expect.objectContaining(each) as object))
  })
})
