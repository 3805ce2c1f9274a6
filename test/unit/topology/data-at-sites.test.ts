import { describe, expect, it } from 'vitest'
import { declaration, said } from './sample.js'

/* What streams does not cross from site to site: what looks after data must reach all of its hosts by itself. */

const host = (address: string, site?: string): object => ({
  ...{ address, platform: 'debian' },
  ...(site === undefined ? {} : { site }),
})
const key = { secret: { from: 'file', key: '/etc/backup.key' } }
const secret = { secret: { from: 'system', key: 'S3' } }
const bucket = {
  to: 's3://bucket',
  key,
  s3: { endpoint: 'https://s3.example.com', accessKey: secret, secretKey: secret },
}
const folder = { to: '/backups', key }

const ONE_SITE = { a: host('h1', 'home'), b: host('h2', 'home') }
const TWO_SITES = { a: host('h1', 'home'), b: host('h2', 'lab') }
const MIXED = { a: host('h1'), b: host('h2', 'home') }
const apart = (what: string, on: string): string =>
  `resources.db.${what}: found it on "${on}", and hosts of other sites, allowed all hosts of the topology at one site`

describe('data at sites', () => {
  it.each<[string, object, object, string[]]>([
    ['a bucket, at one site', ONE_SITE, { backup: bucket }, []],
    [
      'a folder, at one site',
      ONE_SITE,
      { backup: folder },
      [
        'resources.db.backup.to: found a folder, for hosts at site home, allowed an s3:// bucket, which every worker reaches',
      ],
    ],
    ['a bucket, of two sites', TWO_SITES, { backup: bucket }, [apart('backup', 'a')]],
    ['a folder, of two sites', TWO_SITES, { backup: folder }, [apart('backup', 'a')]],
    ['a folder where another host has a site', MIXED, { backup: folder }, []],
    ['a bucket, on the one that has a site', MIXED, { on: 'b', backup: bucket }, [apart('backup', 'b')]],
    ['a copy within one site', ONE_SITE, { replicate: { to: 'b' } }, []],
    ['a copy from one site to another', TWO_SITES, { replicate: { to: 'b' } }, [apart('replicate', 'a')]],
    ['a copy to a site', MIXED, { replicate: { to: 'b' } }, [apart('replicate', 'b')]],
    ['a copy from a site', MIXED, { on: 'b', replicate: { to: 'a' } }, [apart('replicate', 'b')]],
  ])('%s', (_, hosts, over, expected) => {
    expect(said(declaration({ hosts, resources: { db: { image: 'x', on: 'a', stateful: true, ...over } } }))).toEqual(
      expected,
    )
  })
})
