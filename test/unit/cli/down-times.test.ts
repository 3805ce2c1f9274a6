import { expect, it } from 'vitest'
import { downTimes } from '../../../src/cli/down-times.js'
import type { StepRecord } from '../../../src/contracts/index.js'
import type { Change } from '../../../src/plan/model.js'

const change = (action: Change['action'], instance: string): Change => ({
  ...{ action, resource: 'db', instance, host: 'b', reasons: [], drift: false },
})
const step = (name: string, second: number, over: Partial<StepRecord> = {}): StepRecord => ({
  ...{ name, instance: 'shop-db', outcome: 'done', durationMs: 1_500 },
  startedAt: `2026-01-01T00:00:0${second}.000Z`,
  ...over,
})
const UP = [step('copy to b', 0), step('stop', 2), step('copy what has changed', 4), step('take over', 6)]

it.each<[string, Change[], StepRecord[], number[]]>([
  ['from its stop until it took over', [change('move', 'shop-db')], UP, [5_500]],
  [
    'from its drain until it was admitted',
    [change('move', 'shop-db')],
    [step('drain', 1), ...UP, step('admit', 8)],
    [8_500],
  ],
  [
    'none of what came back',
    [change('move', 'shop-db')],
    [...UP.slice(0, 3), step('take over', 6, { outcome: 'failed' })],
    [],
  ],
  ['none of another instance', [change('move', 'shop-db-2')], UP, []],
  ['none of what another instance replaced', [change('replace', 'shop-db')], UP, []],
])('down: %s', (_, changes, steps, expected) => {
  expect(downTimes(changes, steps).map(({ downMs }) => downMs)).toEqual(expected)
})
