import { describe, expect, it } from 'vitest'
import { instanceSpec } from '../../../src/plan/specs.js'
import type { Revision } from '../../../src/plan/model.js'
import type { LiveInstance } from '../../../src/plan/planned-change.js'
import { specBefore, specOf, type View } from '../../../src/steps/view.js'
import { revisionOf, web } from '../plan/world.js'

const revision = (number: number, cpu: number, resource = 'web'): Revision => {
  const declared = web({ on: 'one', limits: { cpu } }) as { resources: Record<string, unknown> }
  return revisionOf({ ...declared, resources: { [resource]: declared.resources.web } }, { number })
}
const [first, second, third] = [revision(1, 1), revision(2, 2), revision(3, 3)]
const at = { resource: 'web', index: null } as const
const digestIn = (of: Revision): string => instanceSpec(of, at, 'one', '').digest

const found = (over: Partial<LiveInstance> = {}): LiveInstance => ({
  ...at,
  name: 'shop-web',
  host: 'one',
  color: '',
  address: null,
  role: 'live',
  revision: 1,
  digest: digestIn(first),
  ...over,
})

interface Case {
  title: string
  base: Revision | null
  past?: Revision[]
  dirty?: string[]
  from?: Partial<LiveInstance>
  /** Its number of CPUs; null: not known. */
  cpu: number | null
}

const UNKNOWN = { digest: 'of another version of cul8er' }
const cases: Case[] = [
  { title: 'as the stable revision declares it', base: first, cpu: 1 },
  { title: 'as an attempt since declares it', base: first, past: [second], from: { digest: digestIn(second) }, cpu: 2 },
  { title: 'nothing is stable', base: null, past: [second], from: { digest: digestIn(second) }, cpu: 2 },
  { title: 'the digest says more than the number', base: first, past: [second], from: { revision: 2 }, cpu: 1 },
  {
    title: 'no digest fits: the revision that made it',
    base: first,
    past: [second],
    from: { ...UNKNOWN, revision: 2 },
    cpu: 2,
  },
  { title: 'nor a number: the stable one', base: first, past: [second], from: { ...UNKNOWN, revision: 7 }, cpu: 1 },
  {
    title: 'but not if it is half changed',
    base: first,
    dirty: ['shop-web'],
    from: { ...UNKNOWN, revision: 7 },
    cpu: null,
  },
  { title: 'and not if nothing is stable', base: null, past: [second], from: { ...UNKNOWN, revision: 7 }, cpu: null },
  { title: 'its resource was not declared then', base: revision(1, 1, 'api'), past: [second], from: UNKNOWN, cpu: 2 },
  { title: 'nor by any that is kept', base: revision(1, 1, 'api'), from: UNKNOWN, cpu: null },
]

const viewOf = ({ base, past = [], dirty = [] }: Case): View => ({
  operation: 4,
  snapshot: 's',
  revision: third,
  base,
  past,
  hosts: third.topology.hosts,
  traffic: { members: [], active: {} },
  proven: new Map(),
  dirtyBefore: new Set(dirty),
  dirty: new Set(),
  registered: () => undefined,
  leaving: { members: [], active: {} },
})

describe('what an instance was before', () => {
  it.each(cases)('$title', (row) => {
    const spec = specBefore(viewOf(row), found(row.from))
    expect(spec?.config['limits.cpu'] ?? null).toBe(row.cpu === null ? null : String(row.cpu))
  })

  it('that is not known is no guess', () => {
    const from = found(UNKNOWN)
    const view = viewOf({ title: '', base: null, cpu: null })
    expect(() => specOf(view, from, from)).toThrow('cannot undo shop-web: no kept revision')
    expect(specOf(view, from).config['limits.cpu']).toBe('3')
  })
})
