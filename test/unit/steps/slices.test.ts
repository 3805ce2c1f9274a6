import { describe, expect, it } from 'vitest'
import type { Lane, Stage } from '../../../src/contracts/index.js'
import { instancesOf, slicesOf } from '../../../src/steps/slices.js'
import { live } from './live.js'

const lane = (k: number): Lane => ({
  instance: `web-${k}`,
  host: 'one',
  steps: [{ kind: 'drain', at: live(`web-${k}`) }],
})
const wide = (name: string, count: number): Stage => ({
  name,
  lanes: Array.from({ length: count }, (_, k) => lane(k + 1)),
})
const copied: Lane = { host: 'two', steps: [{ kind: 'copy', from: live('db'), at: { ...live('db'), host: 'two' } }] }
const whole = (name: string): Stage => ({ name, lanes: [{ steps: [{ kind: 'settle' }] }] })

/** `apart: stage 50, stage 10` */
const read = (stages: Stage[]): string[] =>
  slicesOf(stages).map(
    (part) =>
      `${part.apart ? 'apart' : 'here'}: ${part.stages.map(({ name, lanes }) => `${name} ${lanes.length}`).join(', ')}`,
  )

describe('a procedure in parts', () => {
  it.each<[string, Stage[], string[]]>([
    ['small: as it is', [wide('batch', 119), whole('verify')], ['here: batch 119, verify 1']],
    [
      'a wide stage becomes several of its name',
      [wide('all', 120), whole('verify')],
      ['apart: all 50', 'apart: all 50', 'apart: all 20', 'here: verify 1'],
    ],
    [
      'narrow ones share a slice',
      [wide('first', 1), wide('second', 40), wide('third', 9), wide('fourth', 80), whole('verify'), wide('remove', 3)],
      [
        'apart: first 1, second 40, third 9',
        'apart: fourth 50',
        'apart: fourth 30',
        'here: verify 1',
        'apart: remove 3',
      ],
    ],
    [
      'what is of the whole operation stays together with it',
      [wide('all', 121), whole('verify'), whole('commit')],
      ['apart: all 50', 'apart: all 50', 'apart: all 21', 'here: verify 1, commit 1'],
    ],
    [
      'copies of data, for which the deadline stands still, as well',
      [{ name: 'copy data', lanes: [copied] }, wide('all', 121)],
      ['here: copy data 1', 'apart: all 50', 'apart: all 50', 'apart: all 21'],
    ],
  ])('%s', (_title, stages, expected) => {
    expect(read(stages)).toEqual(expected)
  })

  it('neither loses nor repeats a lane, and keeps how a stage fails', () => {
    const stages = [{ ...wide('all', 300), atOnce: 7, onFailure: 'continue' as const }]
    const parts = slicesOf(stages).flatMap((part) => part.stages)
    expect(parts.flatMap(({ lanes }) => lanes.map(({ instance }) => instance))).toEqual(
      stages[0]?.lanes.map(({ instance }) => instance),
    )
    for (const part of parts) expect(part).toMatchObject({ atOnce: 7, onFailure: 'continue' })
  })
})

it('every instance that a slice is about, lanes without a name included', () => {
  const canary: Lane = { steps: [{ kind: 'create', at: live('web-1-canary'), role: 'canary' }, { kind: 'settle' }] }
  expect([...instancesOf([{ name: '', lanes: [lane(1), canary] }])]).toEqual(['one/web-1', 'one/web-1-canary'])
})
