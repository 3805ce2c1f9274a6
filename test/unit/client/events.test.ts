import { expect, test } from 'vitest'
import { eventsBetween, type RunEvent } from '../../../src/client/events.js'
import type { Change } from '../../../src/plan/model.js'
import type { Progress, StepRecord } from '../../../src/contracts/index.js'

const step = (name: string, outcome: StepRecord['outcome'], startedAt = '2026-01-01T00:00:00Z'): StepRecord => ({
  name,
  outcome,
  startedAt,
  durationMs: 0,
})
const at = (steps: StepRecord[], more: Partial<Progress> = {}): Progress => ({
  operation: 'op-1',
  kind: 'deploy',
  step: '',
  waitingFor: null,
  changes: [],
  steps,
  result: null,
  ...more,
})
const words = (events: RunEvent[]): string[] =>
  events.map((event) => {
    if (event.type === 'step') return `${event.step.name} ${event.phase} ${event.step.outcome}`
    if (event.type === 'stage') return `stage ${event.position.stage} of ${event.position.stages}`
    if (event.type === 'waiting') return `waiting for ${event.for}`
    return event.type === 'says' ? `says ${event.words}` : event.type
  })
const first = { stage: 1, stages: 3, name: 'batch 1 of 3' }
const change = { action: 'create', instance: 'a' } as Change

test.each<[string, Progress | null, Progress, string[]]>([
  ['nothing happened', at([step('a', 'running')]), at([step('a', 'running')]), []],
  ['a step begins', at([]), at([step('a', 'running')]), ['a started running']],
  ['a step ends', at([step('a', 'running')]), at([step('a', 'done')]), ['a ended done']],
  ['both between two looks', at([]), at([step('a', 'failed')]), ['a started failed', 'a ended failed']],
  ['a step is undone later', at([step('a', 'done')]), at([step('a', 'undone')]), ['a ended undone']],
  [
    'the same step again, later',
    at([step('a', 'done')]),
    at([step('a', 'done'), step('a', 'running', 'later')]),
    ['a started running'],
  ],
  ['old steps are dropped', at([step('a', 'done'), step('b', 'running')]), at([step('b', 'done')]), ['b ended done']],
  [
    'the plan comes with the end of planning',
    null,
    at([step('plan', 'done'), step('create', 'running')], { changes: [change] }),
    ['plan started done', 'plan ended done', 'planned', 'create started running', 'says '],
  ],
  [
    'a stage begins',
    at([]),
    at([step('a', 'done')], { position: first }),
    ['a started done', 'a ended done', 'stage 1 of 3'],
  ],
  [
    'a stage that began between two looks, before its own steps',
    at([step('a', 'running', '2026-01-01T00:00:00Z')], { position: first }),
    at([step('a', 'done', '2026-01-01T00:00:00Z'), step('b', 'done', '2026-01-01T00:00:02Z')], {
      position: { ...first, stage: 2, since: '2026-01-01T00:00:02Z' },
    }),
    ['a ended done', 'stage 2 of 3', 'b started done', 'b ended done'],
  ],
  [
    'the first stage, behind the plan',
    null,
    at([step('plan', 'done'), step('b', 'running', '2026-01-01T00:00:02Z')], {
      changes: [change],
      position: { ...first, since: '2026-01-01T00:00:02Z' },
    }),
    ['plan started done', 'plan ended done', 'planned', 'stage 1 of 3', 'b started running', 'says '],
  ],
  ['the next one', at([], { position: first }), at([], { position: { ...first, stage: 2 } }), ['stage 2 of 3']],
  ['the same stage', at([], { position: first }), at([], { position: { ...first } }), []],
  ['no stage yet', at([]), at([], { position: { ...first, stage: 0 } }), []],
  ['words', at([]), at([], { step: 'create: a' }), ['says create: a']],
  ['a person may speak', at([]), at([], { waitingFor: 'promote or abort' }), ['waiting for promote or abort']],
  ['and still may', at([], { waitingFor: 'promote or abort' }), at([], { waitingFor: 'promote or abort' }), []],
])('%s', (_name, before, after, expected) => {
  expect(words(eventsBetween(before, after))).toEqual(expected)
})
