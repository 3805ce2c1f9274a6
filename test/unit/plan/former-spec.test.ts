import { describe, expect, it } from 'vitest'
import { formerSpec } from '../../../src/plan/former-spec.js'
import { liveInstance, type LiveInstance } from '../../../src/plan/work.js'
import { revisionOf, web, worldOf } from './world.js'

const base = revisionOf(web({ on: 'one' }), { number: 4 })
const [made] = worldOf(base)
const instance = (over: Partial<LiveInstance> = {}): LiveInstance => {
  if (made === undefined) throw new Error('nothing was made')
  return { ...liveInstance(made), ...over }
}

describe('what an instance was declared as', () => {
  it.each<[string, LiveInstance, string | null]>([
    ['by its digest, whichever revision made it', instance({ revision: 2 }), 'shop-web'],
    ['by its revision, when another cul8er digested it', instance({ digest: 'of another version' }), 'shop-web'],
    ['unknown when neither fits', instance({ digest: 'another', revision: 5 }), null],
    ['unknown when its resource was not declared', instance({ resource: 'api' }), null],
    ['by its former name', instance({ resource: 'Web', formerly: { resource: 'web', index: null } }), 'shop-web'],
  ])('%s', (_what, from, name) => {
    expect(formerSpec(base, from)?.name ?? null).toBe(name)
  })

  it('is unknown without a stable revision', () => {
    expect(formerSpec(null, instance())).toBeNull()
  })

  it('has the former labels, so that an undone rename gets its old name back', () => {
    const from = instance({ resource: 'Web', formerly: { resource: 'web', index: null } })
    expect(formerSpec(base, from)).toMatchObject({ resource: 'web', index: null })
  })
})
