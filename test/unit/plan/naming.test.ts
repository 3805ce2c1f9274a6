import { describe, expect, it } from 'vitest'
import {
  incusName,
  instanceName,
  isOurSnapshot,
  operationOfSnapshot,
  otherSlot,
  snapshotName,
} from '../../../src/plan/naming.js'

describe('names', () => {
  it.each([
    ['shop', 'web', null, '', 'shop-web'],
    ['shop', 'web', 1, '', 'shop-web-1'],
    ['shop', 'web', 12, 'blue', 'shop-web-12-blue'],
    ['shop', 'web', null, 'canary', 'shop-web-canary'],
    ['my_Shop', 'web_App', 2, 'green', 'my-shop-web-app-2-green'],
  ] as const)('%s, %s, %s, %s: %s', (topology, resource, index, slot, name) => {
    expect(instanceName(topology, resource, index, slot)).toBe(name)
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
  ] as const)('beside %j, coloured %s, %j is free', (slot, coloured, other) => {
    expect(otherSlot(slot, coloured)).toBe(other)
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
