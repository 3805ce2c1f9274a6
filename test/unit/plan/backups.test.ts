import { describe, expect, it } from 'vitest'
import { backupRows } from '../../../src/plan/backups/rows.js'
import { restorationOf, type RestorationInput } from '../../../src/plan/backups/restoration.js'
import { backedUpAt, wantedBackups } from '../../../src/plan/backups/wanted.js'
import { labelsFromConfig, labelsToConfig } from '../../../src/plan/labels.js'
import type { ObservedInstance, Revision } from '../../../src/plan/model.js'
import { topologyOf } from '../../support/rig.js'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const iso = (agoMs: number): string => new Date(NOW - agoMs).toISOString()
const HOUR = 3_600_000

const hosts = Object.fromEntries(['a', 'b'].map((name) => [name, { address: `root@${name}`, platform: 'debian' }]))
const revisionOf = (db: object = {}): Revision => ({
  number: 1,
  digest: 'x',
  topology: topologyOf({
    name: 'shop',
    hosts,
    resources: {
      db: {
        ...{ image: 'x', on: 'a', stateful: true, volumes: { data: { path: '/data' } } },
        backup: { to: '/backups', every: '1h', key: { secret: { from: 'file', key: '/key' } } },
        ...db,
      },
    },
  }),
  artifacts: {},
  sealed: {},
  createdAt: iso(0),
})

const instance = (host: string, name = 'shop-db', labels: Record<string, string> = {}): ObservedInstance => {
  const config = { topology: 'shop', resource: 'db', role: 'live', stateful: 'true', operation: '1', ...labels }
  return {
    ...{ host, name, type: 'container', status: 'Running', config: {}, devices: {}, addresses: [], snapshots: [] },
    labels: labelsFromConfig(
      Object.fromEntries(Object.entries(config).map(([key, value]) => [`user.cul8er.${key}`, value])),
    ),
    createdAt: iso(0),
  }
}
const at = (agoMs: number): Record<string, string> => ({ 'backup.at': iso(agoMs) })

describe('the age of the last backup', () => {
  it.each<[string, ObservedInstance[], string[], string, number | null]>([
    ['none yet', [instance('a')], [], 'missing', null],
    ['a new one', [instance('a', 'shop-db', at(HOUR / 2))], [], 'current', HOUR / 2],
    ['one that is due', [instance('a', 'shop-db', at(2 * HOUR))], [], 'current', 2 * HOUR],
    ['one three times as old', [instance('a', 'shop-db', at(3 * HOUR + 1))], [], 'late', 3 * HOUR + 1],
    ['of an instance that is not there', [], [], 'missing', null],
    ['of one whose host is silent', [], ['a'], 'unknown', null],
    ['of a moment to come, as its host says', [instance('a', 'shop-db', at(-HOUR))], [], 'missing', null],
  ])('%s', (_, observed, silent, state, ageMs) => {
    expect(backupRows(revisionOf(), observed, silent, NOW)).toMatchObject([{ instance: 'shop-db', state, ageMs }])
  })

  it('what makes backups alone writes when', () => {
    const { labels } = instance('a', 'shop-db', at(HOUR))
    expect(labels?.backupAt).toBe(iso(HOUR))
    expect(Object.keys(labelsToConfig(labels!))).not.toContain('user.cul8er.backup.at')
    const [wanted] = wantedBackups(revisionOf(), [instance('a', 'shop-db-green', at(HOUR))])
    expect([wanted?.instance, backedUpAt(wanted!, NOW)]).toEqual(['shop-db-green', iso(HOUR)])
  })

  it('is of nobody where two live in a place', () => {
    expect(wantedBackups(revisionOf(), [instance('a'), instance('b')])).toMatchObject([
      { original: null, originals: 2 },
    ])
  })
})

describe('what a backup becomes', () => {
  const backup = { id: 'db-1', resource: 'db', index: null, takenAt: iso(HOUR), host: 'a', volumes: ['data'] }
  const of = (over: Partial<RestorationInput>) =>
    restorationOf({ revision: revisionOf(), observed: [], silent: [], backup, force: false, now: NOW, ...over })

  it.each<[string, Partial<RestorationInput>, { name: string; host: string; original?: string }]>([
    ['the instance, where none is', {}, { name: 'shop-db', host: 'a' }],
    ['one beside it', { observed: [instance('a')] }, { name: 'shop-db-green', host: 'a', original: 'shop-db' }],
    [
      'one beside that and what was restored before',
      { observed: [instance('a', 'shop-db', { role: 'old' }), instance('a', 'shop-db-green')] },
      { name: 'shop-db-blue', host: 'a', original: 'shop-db-green' },
    ],
    ['where it lives now', { observed: [instance('b')] }, { name: 'shop-db-green', host: 'b', original: 'shop-db' }],
    ['where one wants it', { observed: [instance('a')], on: 'b' }, { name: 'shop-db', host: 'b', original: 'shop-db' }],
    ['elsewhere, by force', { silent: ['a'], on: 'b', force: true }, { name: 'shop-db', host: 'b' }],
    [
      'beside what is not ours',
      { observed: [{ ...instance('a'), labels: null }] },
      { name: 'shop-db-green', host: 'a' },
    ],
  ])('%s', (_, over, { name, host, original }) => {
    const found = of(over)
    expect([found.at.name, found.at.host, found.original?.name]).toEqual([name, host, original])
    // Whatever the instance is called, its volumes have the names of the place.
    expect(found.volumes.map((volume) => volume.name)).toEqual(['shop-db.data'])
  })

  it('has the volumes that were declared since, as they are', () => {
    const found = of({ backup: { ...backup, volumes: [] } })
    expect(found.volumes).toEqual([])
    expect(found.others?.map(({ name }) => name)).toEqual(['shop-db.data'])
    expect(found.at.volumes).toEqual([{ pool: 'default', name: 'shop-db.data' }])
    expect(of({}).others).toBeUndefined()
  })

  it.each<[string, Partial<RestorationInput>, object]>([
    ['silence', { silent: ['a'], on: 'b' }, { code: 'DATA_LOSS', message: expect.stringContaining('1 h') as string }],
    ['no word where', { silent: ['b'], force: true }, { code: 'USAGE', hint: 'give a host with --host' }],
    ['a silent host', { silent: ['a'], on: 'a', force: true }, { code: 'UNREACHABLE' }],
    ['no such host', { on: 'z' }, { code: 'NOT_FOUND', hint: expect.stringContaining('a, b') as string }],
    ['two that live', { observed: [instance('a'), instance('b')] }, { code: 'NEEDS_ATTENTION' }],
    ['no such resource', { backup: { ...backup, resource: 'web' } }, { code: 'NOT_FOUND' }],
    ['no such replica', { backup: { ...backup, index: 2 } }, { code: 'NOT_FOUND' }],
    [
      'a volume that is not declared',
      { backup: { ...backup, volumes: ['data', 'logs'] } },
      { code: 'NOT_FOUND', message: expect.stringContaining('no volume logs') as string },
    ],
    [
      'no name that is free',
      {
        observed: [
          instance('a'),
          instance('a', 'shop-db-green', { role: 'old' }),
          instance('a', 'shop-db-blue', { role: 'old' }),
        ],
      },
      { code: 'NAME_CLASH' },
    ],
  ])('is refused: %s', (_, over, error) => {
    expect(() => of(over)).toThrow(expect.objectContaining(error) as Error)
  })
})
