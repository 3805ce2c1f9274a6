import { expect, test } from 'vitest'
import { palette } from '../../../src/cli/palette.js'
import { moment } from '../../../src/cli/render/duration.js'
import { destroyLines, restoreLines, rollbackHead } from '../../../src/cli/render/consent.js'
import type { LedgerState } from '../../../src/contracts/index.js'
import type { Revision } from '../../../src/plan/model.js'

const plain = palette({ isTTY: false }, {})
const createdAt = '2026-01-02T03:04:05.000Z'

const resources = {
  db: { stateful: true, expose: [], deploy: null, volumes: { data: { path: '/data' } } },
  web: { stateful: false, expose: [{ as: 8080 }, { as: 8443 }], deploy: { release: 'shop', version: '1.0.0' } },
}
const topology = { name: 'shop', hosts: { here: {} }, resources } as never
const revision = (number: number, version: string): Revision =>
  ({
    number,
    createdAt,
    topology: { resources: { ...resources, web: { ...resources.web, deploy: { release: 'shop', version } } } },
  }) as never

test('a rollback says from where to where', () => {
  const revisions = [revision(2, '1.0.0'), revision(3, '1.1.0')]
  const state = { topology: 'shop', revisions, desired: 3 } as LedgerState
  expect(rollbackHead(state, revisions[0]!, plain)).toBe(
    'shop goes from revision 3 (web shop@1.1.0) to revision 2 (web shop@1.0.0), deployed 2026-01-02 03:04:05 UTC',
  )
  expect(rollbackHead({ ...state, desired: null }, revisions[0]!, plain)).toMatch(/^shop goes to revision 2 /)
})

test('a destroy names the data, and counts what is many', () => {
  const row = (name: string, resource: string, state = 'Running') => ({ name, resource, host: 'here', state })
  const web = Array.from({ length: 9 }, (_, i) => row(`shop-web-${i + 1}`, 'web'))
  expect(destroyLines(topology, [row('shop-db', 'db'), row('shop-web-1', 'web')], plain)).toEqual([
    'shop loses',
    '  2 instances on here: shop-db, shop-web-1, with their snapshots',
    '  ! the data inside shop-db',
    '  ! volume data of each instance of db',
    '  the public ports 8080, 8443',
  ])
  const many = destroyLines(topology, [row('shop-db', 'db'), ...web], plain)[1]
  expect(many).toMatch(/^ {2}10 instances on here: shop-db, .*, shop-web-7 and 2 more, with their snapshots$/)
  expect(destroyLines(topology, [row('shop-db', 'db', 'Missing')], plain)).toEqual([
    'shop loses',
    '  no instances: none were found on here',
    '  ! volume data of each instance of db',
    '  the public ports 8080, 8443',
  ])
})

test('a restore says what is lost of whom', () => {
  const snapshot = (name: string, instance: string, resource: string) => ({
    ...{ name, instance, resource },
    ...{ host: 'here', createdAt },
  })
  const rows = [
    snapshot('pre-1', 'shop-db', 'db'),
    snapshot('pre-1', 'shop-web-1', 'web'),
    snapshot('pre-2', 'x', 'db'),
  ]
  const nowMs = Date.parse(createdAt) + 85_000
  expect(restoreLines(topology, rows, { snapshot: 'pre-1' }, plain, nowMs)).toEqual([
    'pre-1 is restored on',
    `  ! shop-db on here, with its data and volume data: what was written since ${moment(createdAt)} (1 m 25 s ago) is lost`,
    `    shop-web-1 on here: what was written since ${moment(createdAt)} (1 m 25 s ago) is lost`,
  ])
  expect(restoreLines(topology, rows, { snapshot: 'pre-1', resource: 'web' }, plain, nowMs)).toHaveLength(2)
  expect(restoreLines(topology, rows, { snapshot: 'pre-9' }, plain, nowMs)).toEqual([])
})
