import { describe, expect, it } from 'vitest'
import type { LedgerState, LoadSeen, ScalingRecord } from '../../../src/contracts/index.js'
import { begin } from '../../../workflows/ledger/begin.js'
import { end } from '../../../workflows/ledger/end.js'
import { loadWatchOf, scaleNow, scalingBegun, scalingFailed } from '../../../workflows/ledger/scaling.js'
import { revisionOf, web } from '../plan/world.js'
import { after, AT, deployed, ending, entry, MINUTE, NOW, request, summary } from './ledgers.js'

const replicas = { min: 1, max: 6, target: { cpu: '70%' } }

/** `count` instances by load, 1 to 6. */
function followed(count: number, over: Partial<LedgerState> = {}): LedgerState {
  const declared = revisionOf(web({ replicas, limits: { cpu: 1 } }))
  const resource = { ...declared.topology.resources.web!, replicas: count }
  const revision = { ...declared, topology: { ...declared.topology, resources: { web: resource } } }
  return deployed(1, { revisions: [revision], ...over })
}

const seen = (from: number, to: number): LoadSeen => ({ at: AT, scaled: { web: { from, to, reason: 'busy' } } })
const record: ScalingRecord = { from: 2, to: 3, reason: 'busy', at: AT }
const countOf = ({ revisions, stable }: LedgerState, number = stable): number | null | undefined =>
  revisions.find((each) => each.number === number)?.topology.resources.web?.replicas

describe('what is looked at', () => {
  it.each<[string, LedgerState, boolean]>([
    ['a topology that follows the load', followed(2), true],
    ['none that does not', deployed(1), false],
    ['nothing while an operation is in progress', followed(2, { current: summary('deploy') }), false],
    ['nothing that a person has to decide about', followed(2, { dirty: ['one/shop-web'] }), false],
    ['nothing that is held', followed(2, { history: [entry('deploy', 2, 'held')] }), false],
    ['nothing that was destroyed', followed(2, { stable: null }), false],
    ['nothing where the hosts know more', followed(2, { behind: { operation: 9, revision: 9, instances: [] } }), false],
  ])('%s', (_what, state, expected) => expect(loadWatchOf(state) !== null).toBe(expected))

  it('is told when a change is tried again, and which hosts are left out', () => {
    const over = {
      failover: { without: ['two'] },
      scaling: { web: { ...record, notBefore: after(MINUTE) }, api: record },
    }
    expect(loadWatchOf(followed(2, over))).toMatchObject({ without: ['two'], notBefore: { web: after(MINUTE) } })
  })
})

it.each<[string, LedgerState, LoadSeen, ReturnType<typeof scaleNow>]>([
  ['what was seen', followed(2), seen(2, 4), { counts: { web: 4 }, reason: 'web from 2 to 4: busy' }],
  ['nothing where there are others by now', followed(3), seen(2, 4), null],
  ['nothing during an operation', followed(2, { current: summary('deploy') }), seen(2, 4), null],
  ['nothing that was seen long ago', followed(2), { ...seen(2, 4), at: after(-2 * MINUTE) }, null],
  ['nothing of a resource that is gone', deployed(1), seen(2, 4), null],
])('begins %s', (_, state, load, expected) => expect(scaleNow(state, load, NOW)).toEqual(expected))

describe('after its end', () => {
  const current = summary('scale', { revision: 1, counts: { web: 4 } })
  const begun = { ...scalingBegun(followed(2), seen(2, 4).scaled, AT), current }
  const ended = (outcome: 'succeeded' | 'rolledBack' | 'needsAttention', committed?: true): LedgerState => {
    const { result, ...rest } = ending(outcome, { dirty: [], ...(committed === undefined ? {} : { committed }) })
    return end(begun, { ...rest, result: { ...result, revision: 1 } }, after(MINUTE))
  }

  it('the stable revision has the new number', () => {
    const state = ended('succeeded')
    expect([countOf(state), state.stable, state.current]).toEqual([4, 1, null])
    expect(state.scaling).toEqual({ web: { from: 2, to: 4, reason: 'busy', at: AT } })
  })

  it('also when only what it leaves behind needs a person', () => {
    expect(countOf(ended('needsAttention', true))).toBe(4)
  })

  it.each(['rolledBack', 'needsAttention'] as const)('%s: the number stays, and it is tried again later', (outcome) => {
    const state = ended(outcome)
    expect(countOf(state)).toBe(2)
    expect(state.scaling?.web).toMatchObject({ times: 1, notBefore: after(11 * MINUTE) })
    const again = scalingFailed(state, ['web'], after(MINUTE))
    expect(again.scaling?.web).toMatchObject({ times: 2, notBefore: after(21 * MINUTE) })
  })
})

describe('what is deployed next', () => {
  const deploy = (state: LedgerState, declared: unknown): LedgerState => {
    const { number: _number, ...revision } = { ...revisionOf(web(declared as never)), digest: 'other' }
    return begin(state, request('deploy', { revision }), summary('deploy', { revision: 2 }))
  }

  it.each<[string, unknown, number]>([
    ['has as many instances as there are', { replicas, limits: { cpu: 1 } }, 4],
    ['no more than it may have', { replicas: { ...replicas, max: 3 }, limits: { cpu: 1 } }, 3],
    ['a fixed number where it has one', { replicas: 2 }, 2],
  ])('%s', (_, declared, expected) => {
    const state = deploy(followed(4), declared)
    expect([countOf(state, 2), countOf(state, 1)]).toEqual([expected, 4])
  })

  it('a rollback has as well', () => {
    const now = deploy(followed(4), { replicas, limits: { cpu: 1 } })
    const fewer = {
      ...now,
      revisions: now.revisions.map((each) => (each.number === 1 ? followed(2).revisions[0]! : each)),
      stable: 2,
      current: null,
    }
    const back = begin(fewer, request('rollback'), summary('rollback', { revision: 1 }))
    expect(countOf(back, 1)).toBe(4)
  })
})
