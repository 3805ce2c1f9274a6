import { describe, expect, it } from 'vitest'
import { parseTopology } from '../../../src/topology/parse.js'
import { said } from './sample.js'
import { whatRuns } from '../../../src/topology/what-runs.js'

const key = { secret: { from: 'file', key: '/etc/backup.key' } }
const secret = { secret: { from: 'system', key: 'S3' } }
const s3 = { endpoint: 'https://s3.example.com', accessKey: secret, secretKey: secret }
const db = (backup: unknown, more: object = {}): unknown => ({
  name: 'shop',
  hosts: { a: { address: 'a', platform: 'debian' }, fake: { address: 'localhost', platform: 'emulated' } },
  resources: { db: { image: 'x', on: 'a', stateful: true, backup, ...more } },
})
const TO = 'an absolute folder of the worker such as /var/backups/shop, file:///var/backups/shop, or s3://bucket/prefix'
const at = 'resources.db.backup'

describe('backup', () => {
  it.each<[unknown, object, string[]]>([
    [{ to: '/var/backups/shop', key }, {}, []],
    [{ to: 'file:///var/backups/shop', every: '1m', keep: 1, key }, {}, []],
    [{ to: 's3://bucket/of/us', key, s3 }, {}, []],
    [{ to: 'backups', key }, {}, [`${at}.to: found "backups", allowed ${TO}`]],
    [{ to: '/var/../etc', key }, {}, [`${at}.to: found "/var/../etc", allowed ${TO}`]],
    [{ to: 's3://Bucket', key, s3 }, {}, [`${at}.to: found "s3://Bucket", allowed ${TO}`]],
    [
      { to: 's3://bucket', key },
      {},
      [`${at}.s3: found nothing, allowed the endpoint and the keys of the storage that has the bucket`],
    ],
    [{ to: '/backups', key, s3 }, {}, [`${at}.s3: found it for a folder, allowed it for an s3:// bucket`]],
    [
      { to: 's3://bucket', key, s3: { ...s3, endpoint: 'http://s3.example.com' } },
      {},
      [
        `${at}.s3.endpoint: found "http://s3.example.com", allowed an https URL such as 'https://s3.example.com', or an http URL on this machine`,
      ],
    ],
    [
      { to: '/backups', key, every: '59s' },
      {},
      [`${at}.every: found 59s, allowed at least 1m: each backup is a whole one`],
    ],
    [{ to: '/backups', key, keep: 0 }, {}, [`${at}.keep: found 0, allowed a whole number from 1 to 1000`]],
    [
      { to: '/backups', key: { secret: { from: 'system' } } },
      {},
      [`${at}.key.secret: found no key, allowed a key: a variable name, a file or a command line`],
    ],
    [
      { to: '/backups', key },
      { stateful: false },
      [`${at}: found it for db, which is not stateful, allowed it for a stateful resource`],
    ],
    [
      { to: '/backups', key },
      { on: 'fake' },
      [`${at}: found it on "fake", an emulated host, allowed it on hosts with Incus`],
    ],
  ])('%j %j', (backup, more, expected) => {
    expect(said(db(backup, more))).toEqual(expected)
  })

  it('in normal form', () => {
    const parsed = parseTopology(db({ to: 's3://bucket/of/us/', key, s3 }))
    expect(parsed.ok && parsed.topology.resources.db?.backup).toEqual({
      to: {
        ...{ kind: 's3', bucket: 'bucket', prefix: 'of/us', endpoint: 'https://s3.example.com', region: 'us-east-1' },
        ...{ accessKey: { from: 'system', key: 'S3' }, secretKey: { from: 'system', key: 'S3' } },
      },
      everyMs: 86_400_000,
      keep: 7,
      key: { from: 'file', key: '/etc/backup.key' },
    })
  })

  it('what it reads and where it writes is shown to whoever has not written it', () => {
    const parsed = parseTopology(
      db({ to: '/var/backups/shop', key: { secret: { from: 'command', key: 'pass backup' } } }),
    )
    expect(parsed.ok && whatRuns(parsed.topology)).toEqual(
      expect.arrayContaining([
        'db: is backed up, encrypted, with its data, to the folder /var/backups/shop of the worker',
        'db: for the secret backup.key the worker runs "pass backup"',
      ]),
    )
  })
})
