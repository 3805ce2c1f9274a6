import { expect, it } from 'vitest'
import { stateBehind } from '../../../src/plan/state-behind.js'

const shown = (operation: number, instances = ['shop-web-1']) => ({ operation, revision: 4, instances })

it.each<[string, number, ReturnType<typeof shown>, boolean]>([
  ['nothing is there', 6, shown(0, []), false],
  ['all is from operations that are known', 6, shown(6), false],
  ['an operation that was not undone left no label', 6, shown(3), false],
  ['a later operation was at work', 6, shown(7), true],
])('%s', (_what, known, numbers, behind) => {
  expect(stateBehind('shop', known, numbers)?.code).toBe(behind ? 'STATE_LOST' : undefined)
})

it('says what is known where, and every way on', () => {
  const report = stateBehind('shop', 6, shown(9, ['a', 'b', 'c', 'd', 'e', 'f']))
  expect(report?.message).toContain('operation 9 of shop, revision 4 (a, b, c, d, e and 1 more)')
  expect(report?.message).toContain('no later one than operation 6')
  for (const way of ['state import --from-hosts shop --force', 'state import FILE', 'deploy shop --force']) {
    expect(report?.hint).toContain(`cul8er ${way}`)
  }
})
