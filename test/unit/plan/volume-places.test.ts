import { describe, expect, test } from 'vitest'
import { planChanges } from '../../../src/plan/plan.js'
import type { ObservedVolume, Storage } from '../../../src/plan/volumes.js'
import { revisionOf, web } from './world.js'

/* A volume is of one host: what is made anew is made where its volume is. */

const volume = (host: string, over: Partial<ObservedVolume> = {}): ObservedVolume => ({
  host,
  pool: 'default',
  name: 'shop-web.data',
  sizeMiB: 10,
  topology: 'shop',
  resource: 'web',
  usedBy: [],
  project: 'default',
  createdAt: '2026-01-01T00:00:00.000Z',
  ...over,
})
const VOLUMES = { volumes: { data: { path: '/srv/data', size: '10MiB' } } }
const storage = (...volumes: ObservedVolume[]): Storage[] =>
  ['one', 'two'].map((host) => ({ host, pools: ['default'], volumes: volumes.filter((each) => each.host === host) }))

describe('a place whose volume is there and whose instance is not', () => {
  test.each(['one', 'two'])('is filled where the volume is: %s', (host) => {
    const plan = planChanges({ revision: revisionOf(web(VOLUMES)), observed: [], storage: storage(volume(host)) })
    expect(plan.changes).toMatchObject([{ action: 'create', host }])
    expect(plan.notes).toContain(`shop-web adopts volume shop-web.data on ${host} with the data in it`)
  })

  test('is not filled elsewhere, unless that is forced', () => {
    const revision = revisionOf(web({ ...VOLUMES, on: 'one' }))
    const asked = { revision, observed: [], storage: storage(volume('two')) }
    expect(() => planChanges(asked)).toThrow(
      expect.objectContaining({
        code: 'DATA_LOSS',
        message: expect.stringContaining(
          'shop-web on one would start without volume shop-web.data, which is on two',
        ) as string,
      }),
    )
    expect(planChanges({ ...asked, force: true }).changes).toMatchObject([{ action: 'create', host: 'one' }])
  })

  test('is filled as ever where the volume is of another topology', () => {
    const there = storage(volume('two', { topology: 'other' }))
    const plan = planChanges({ revision: revisionOf(web(VOLUMES)), observed: [], storage: there })
    expect(plan.changes).toMatchObject([{ action: 'create', host: 'one' }])
  })
})

describe('a volume of a copy that replication keeps', () => {
  const copied = storage(volume('two', { replica: true }))
  const clash = expect.objectContaining({
    code: 'NAME_CLASH',
    message:
      'volume shop-web.data on two exists and is of the copy of web: shop-web on two would begin with what it holds',
  }) as Error
  test.each([false, true])('is adopted by no new instance, force: %s', (force) => {
    const revision = revisionOf(web({ ...VOLUMES, on: 'two' }))
    expect(() => planChanges({ revision, observed: [], storage: copied, force })).toThrow(clash)
  })
  test('is in the way of none on another host', () => {
    const revision = revisionOf(web({ ...VOLUMES, on: 'one' }))
    const { changes } = planChanges({ revision, observed: [], storage: copied })
    expect(changes).toMatchObject([{ action: 'create', host: 'one' }])
  })
})
