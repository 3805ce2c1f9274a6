import { describe, expect, it } from 'vitest'
import { backupId, copyName, isBackupId, isBackupOf } from '../../../src/backups/names.js'

const at = new Date('2026-11-23T14:15:30.123Z')

describe('names of backups', () => {
  it.each([
    [{ resource: 'db', index: null }, 'db-20261123-141530-0a1b2c3dwxyz'],
    [{ resource: 'My_db', index: 2 }, 'my-db-2-20261123-141530-0a1b2c3dwxyz'],
  ])('%j: %s', (replica, name) => {
    expect(backupId(replica, at, '0a1b2c3d', 'wxyz')).toBe(name)
    expect(isBackupId(name)).toBe(true)
    expect(isBackupOf(name, replica, '0a1b2c3d')).toBe(true)
    expect(isBackupOf(name, replica, '0a1b2c3e')).toBe(false)
  })

  it.each([
    ['db-2-20261123-141530-0a1b2c3dwxyz', { resource: 'db', index: null }],
    ['db-20261123-141530-0a1b2c3dwxyz', { resource: 'db', index: 2 }],
    ['db-two-20261123-141530-0a1b2c3dwxyz', { resource: 'db', index: null }],
  ])('%s is not of %j', (name, replica) => {
    expect(isBackupOf(name, replica, '0a1b2c3d')).toBe(false)
  })

  it.each(['..', 'db', '../db-20261123-141530-0a1b2c3dwxyz', 'db-20261123-141530-0a1b2c3dwxyz/..', '.db.part'])(
    '%s is none',
    (name) => {
      expect(isBackupId(name)).toBe(false)
    },
  )

  it('a copy has a name of its own, that Incus takes, and the same each time', () => {
    const name = copyName('a-long-topology', null, 'x'.repeat(63))
    expect(name).toMatch(/^cul8er-backup-[0-9a-f]{16}$/)
    expect(copyName('a-long-topology', 'p', 'x'.repeat(63))).not.toBe(name)
    expect(copyName('a-long-topology', null, 'x'.repeat(63))).toBe(name)
  })
})
