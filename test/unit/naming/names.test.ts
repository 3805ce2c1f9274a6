import { describe, expect, it } from 'vitest'
import { incusName, instanceName, otherColor } from '../../../src/naming/instance-names.js'
import {
  isOurSnapshot,
  operationOfSnapshot,
  snapshotByTime,
  snapshotName,
  snapshotNameRefusal,
} from '../../../src/naming/snapshot-names.js'

describe('names', () => {
  it.each([
    ['shop', 'web', null, '', 'shop-web'],
    ['shop', 'web', 1, '', 'shop-web-1'],
    ['shop', 'web', 12, 'blue', 'shop-web-12-blue'],
    ['shop', 'web', null, 'canary', 'shop-web-canary'],
    ['my_Shop', 'web_App', 2, 'green', 'my-shop-web-app-2-green'],
  ] as const)('%s, %s, %s, %s: %s', (topology, resource, index, color, name) => {
    expect(instanceName(topology, resource, index, color)).toBe(name)
  })

  it.each([
    ['web', 'web'],
    ['my_app', 'my-app'],
    ['A_b_C', 'a-b-c'],
  ])('%s is %s to Incus', (name, incus) => {
    expect(incusName(name)).toBe(incus)
  })

  it.each([
    ['blue', true, 'green'],
    ['green', true, 'blue'],
    ['', true, 'green'],
    ['', false, 'green'],
    ['green', false, ''],
    ['blue', false, 'green'],
    ['canary', true, 'green'],
  ] as const)('beside %j, colored %s, %j is free', (color, colored, other) => {
    expect(otherColor(color, colored)).toBe(other)
  })

  it.each([
    [snapshotName(7, '0a1b2c3d'), true],
    ['pre-deploy-12', true],
    ['pre-deploy-12-0a1b2c3d', true],
    ['pre-deploy-12-0A1B2C3D', false],
    ['pre-deploy-12-0a1b2c3', false],
    ['pre-deploy-12-0a1b2c3d-1', false],
    ['pre-deploy-', false],
    ['pre-deploy-1-mine', false],
    ['before', false],
  ])('snapshot %s is ours: %s', (name, ours) => {
    expect(isOurSnapshot(name)).toBe(ours)
  })

  it.each([
    ['before-import', null],
    ['A.b_c-1', null],
    ['x'.repeat(63), null],
    ['x'.repeat(64), 'cannot be the name of a snapshot'],
    ['', 'cannot be the name of a snapshot'],
    ['a/b', 'cannot be the name of a snapshot'],
    ['-a', 'cannot be the name of a snapshot'],
    ['a b', 'cannot be the name of a snapshot'],
    ['pre-deploy-1-0a1b2c3d', 'begins as the snapshots do'],
    ['Pre-Deploy-mine', 'begins as the snapshots do'],
  ])('a person may call a snapshot %j: %s', (name, refused) => {
    const message = snapshotNameRefusal(name)?.message ?? null
    if (refused === null) expect(message).toBeNull()
    else expect(message).toContain(refused)
  })

  it('a snapshot that nobody named is named by the minute, and may be called so', () => {
    const name = snapshotByTime(new Date('2026-11-22T09:15:59.999Z'))
    expect([name, snapshotNameRefusal(name), isOurSnapshot(name)]).toEqual(['manual-20261122-0915', null, false])
  })

  it('operations of one number have snapshots of their own', () => {
    expect(snapshotName(7, '0a1b2c3d')).toBe('pre-deploy-7-0a1b2c3d')
    expect(snapshotName(7, '4e5f6a7b')).not.toBe(snapshotName(7, '0a1b2c3d'))
  })

  it.each(['', 'short', 'too-long-for-it', 'UPPERCAS', 'a_b_c_d_'])('%j is no unique part', (unique) => {
    expect(() => snapshotName(7, unique)).toThrow('is not 8 characters')
  })

  it.each([
    ['pre-deploy-12', 12],
    ['pre-deploy-12-12345678', 12],
    ['mine-7', 0],
  ])('snapshot %s is of operation %i', (name, operation) => expect(operationOfSnapshot(name)).toBe(operation))
})
