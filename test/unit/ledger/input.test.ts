import { expect, it } from 'vitest'
import type { HistoryEntry, LedgerState } from '../../../src/contracts/index.js'
import { operationInput, pastOf, workflowType } from '../../../workflows/ledger/input.js'
import { deployed, entry, ledger, request, summary } from './ledgers.js'

const good = [entry('deploy', 1), entry('deploy', 2)]
const numbers = (state: LedgerState): number[] => pastOf(state).map(({ number }) => number)

it.each<[string, Partial<LedgerState>, number[]]>([
  ['the stable one', { stable: 2, history: good }, [2]],
  ['and an attempt that left something', { stable: 2, history: [...good, entry('deploy', 3, 'held')] }, [2, 3]],
  ['not one that was undone', { stable: 2, history: [...good, entry('deploy', 3, 'rolledBack')] }, [2]],
  ['not an operation that leads to none', { stable: 2, history: [...good, entry('restore', 3, 'held')] }, [2]],
  [
    'the one before, where the new one serves and the rest could not be removed',
    { stable: 3, history: [...good, entry('deploy', 3, 'needsAttention')] },
    [2, 3],
  ],
  ['the newest four attempts', { stable: 1, history: [entry('deploy', 1), ...attempts(2, 9)] }, [1, 6, 7, 8, 9]],
  ['each once, by its last place', { stable: 2, history: [...good, ...attempts(3, 4), ...attempts(3, 3)] }, [2, 4, 3]],
  ['nothing was ever stable', { stable: null, history: attempts(1, 2) }, [1, 2]],
])('live instances may be at: %s', (_what, over, expected) => {
  expect(numbers(deployed(9, over))).toEqual(expected)
})

function attempts(from: number, to: number): HistoryEntry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => entry('deploy', from + i, 'needsAttention'))
}

it('nothing before the first', () => {
  expect(pastOf(ledger())).toEqual([])
})

it('an operation is told what it needs, and the request it is for', () => {
  const state = deployed(2, { dirty: ['a'], standby: { names: ['b'], until: '' } })
  const input = operationInput(
    state,
    request('rollback', { requestId: 'mine', force: true, by: { who: 'ann@laptop' } }),
    summary('rollback', { revision: 1 }),
  )
  expect(input).toMatchObject({
    topology: 'shop',
    number: 7,
    requestId: 'mine',
    request: { kind: 'rollback', force: true },
    revision: { number: 1 },
    base: { number: 2 },
    past: [{ number: 2 }],
    dirty: ['a'],
    standby: ['b'],
  })
  expect(() => operationInput(state, request('rollback'), summary('rollback', { revision: 9 }))).toThrow(
    'no revision 9',
  )
})

it.each([true, undefined])('and whether it is to refresh images: %s', (refreshImages) => {
  const state = deployed(2)
  const asked = request('deploy', { refreshImages })
  expect(operationInput(state, asked, summary('deploy', { revision: 2 })).request.refreshImages).toBe(refreshImages)
})

it.each([
  ['deploy', 1, 'first'],
  ['deploy', 2, 'second'],
  ['rollback', 1, 'second'],
  ['destroy', 2, null],
  ['restart', 2, null],
] as const)('a %s to revision %i runs the hooks of the declaration that it is of: %s', (kind, target, expected) => {
  const state = deployed(2)
  const hook = (program: string) => [{ command: [program], timeoutMs: 1 }]
  const hooks = (program: string) => ({ afterDeploy: hook(program), afterRollback: hook(program) })
  const revisions = state.revisions.map((each) => ({
    ...each,
    topology: { ...each.topology, hooks: hooks(each.number === 1 ? 'first' : 'second') },
  }))
  const input = operationInput({ ...state, revisions }, request(kind), summary(kind, { revision: target }))
  expect(input.hooks?.after.hooks[0]?.command[0] ?? null).toBe(expected)
  expect('hooks' in input).toBe(expected !== null)
})

it.each([
  ['deploy', 'canary', 'canary'],
  ['rollback', 'canary', 'rolling'],
  ['rollback', 'blueGreen', 'blueGreen'],
  ['destroy', 'canary', 'destroy'],
] as const)('a %s by %s is a workflow %s', (kind, approach, expected) => {
  expect(workflowType({ kind }, approach)).toBe(expected)
})
