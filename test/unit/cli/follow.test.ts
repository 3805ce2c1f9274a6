import { expect, test } from 'vitest'
import { endLines, eventLines } from '../../../src/cli/follow.js'
import { palette } from '../../../src/cli/palette.js'
import type { RunEvent } from '../../../src/client/index.js'
import type { OperationResult } from '../../../src/contracts/index.js'

const plain = palette({ isTTY: false }, {})
const watch = { name: 'watch at 20 %', outcome: 'running', startedAt: '', durationMs: 0 } as const
const started: RunEvent = { type: 'step', phase: 'started', step: watch }
const says = (words: string): RunEvent => ({ type: 'says', words })

test.each<[string, RunEvent[], string[]]>([
  [
    'a step when it ends',
    [started, { type: 'step', phase: 'ended', step: { ...watch, outcome: 'done' } }],
    ['✔ watch at 20 % (0.0 s)'],
  ],
  ['not the words of a step', [started, says('watch at 20 %')], []],
  [
    'not those of a step of an instance',
    [{ ...started, step: { ...watch, instance: 'web-1' } }, says('watch at 20 %: web-1')],
    [],
  ],
  [
    'what else is said',
    [started, says('paused at 20 %: the canary answered 0 requests')],
    ['▶ paused at 20 %: the canary answered 0 requests'],
  ],
  ['not the beginning and the end', [says('planning'), says('succeeded'), says('rolledBack: aborted')], []],
  [
    'where it is in its procedure',
    [{ type: 'stage', position: { stage: 2, stages: 5, name: 'batch 2 of 3' } }],
    ['stage 2 of 5: batch 2 of 3'],
  ],
  [
    'what a person can do',
    [{ type: 'waiting', for: 'promote or abort' }],
    ['⏸ waiting for: cul8er promote | cul8er abort'],
  ],
])('shows %s', (_what, events, lines) => {
  const linesOf = eventLines({ colors: plain })
  expect(events.flatMap(linesOf)).toEqual(lines)
})

test('names the topology in the commands that an operation waits for', () => {
  const linesOf = eventLines({ colors: plain }, { topology: 'shop' })
  expect(linesOf({ type: 'waiting', for: 'promote or abort' })).toEqual([
    '⏸ waiting for: cul8er promote shop | cul8er abort shop',
  ])
})

test('shows a plan once: not again to who agreed to it', () => {
  const change = { action: 'create', resource: 'web', instance: 'shop-web', host: 'one', reasons: ['missing'] }
  const planned = { type: 'planned', changes: [{ ...change, drift: false }] } as unknown as RunEvent
  expect(eventLines({ colors: plain })(planned).join()).toContain('shop-web')
  expect(eventLines({ colors: plain }, { planShown: true })(planned)).toEqual([])
})

const ended: OperationResult = {
  ...{ topology: 'shop', operation: 'op-4', outcome: 'rolledBack', revision: 3, durationMs: 1_000, steps: [] },
  error: { code: 'UNHEALTHY', message: 'shop-web-1 is not healthy' },
}
const { error: _error, ...withoutError } = ended
const done = (name: string) =>
  ({ name, instance: 'shop-web-1', outcome: 'done', startedAt: '', durationMs: 0 }) as const
const kept = done('undo: keep the log')

test.each<[string, OperationResult, string]>([
  [
    'an undone update',
    ended,
    '→ next: cul8er logs shop for the logs of the apps; fix the cause, then cul8er deploy shop',
  ],
  [
    'an undone first deploy, whose instances are gone',
    { ...ended, steps: [done('create'), kept] },
    '→ next: cul8er logs shop --operation op-4 for what was removed; fix the cause, then cul8er deploy shop',
  ],
  [
    'an instance that could not be created, and has no log',
    { ...ended, steps: [{ ...done('create'), outcome: 'failed' }, kept] },
    '→ next: fix the cause, then cul8er deploy shop',
  ],
  [
    'an update undone by a snapshot, which has the log of its time',
    { ...ended, steps: [done('snapshot'), done('undo: restore pre-deploy-4-a1')] },
    '→ next: fix the cause, then cul8er deploy shop',
  ],
  [
    'what a required hook had taken back, whose words are with the error',
    { ...ended, error: { code: 'HOOK', message: 'afterDeploy hook smoke failed (exit 1)' } },
    '→ next: fix the cause, then cul8er deploy shop',
  ],
  [
    'a hook that failed and does not count',
    { ...withoutError, outcome: 'succeeded', warnings: ['afterDeploy hook purge failed (exit 3): why'] },
    '! afterDeploy hook purge failed (exit 3): why',
  ],
  ['what a person aborted', { ...ended, error: { code: 'ABORTED', message: 'aborted' } }, '✘ aborted (ABORTED)'],
  [
    'what needs attention',
    { ...ended, outcome: 'needsAttention' },
    '→ next: cul8er status shop for the state of each instance',
  ],
])('what to do next after %s', (_what, result, line) => {
  expect(endLines({ colors: plain }, result, {}).at(-1)).toBe(line)
})

test.each([
  ['the cause of a failed probe', 'let the app listen on 0.0.0.0 or ::', ['→ let the app listen on 0.0.0.0 or ::']],
  ['not what the next command says better', 'cul8er logs shows the log of the app', []],
])('an undone operation says %s', (_what, hint, says) => {
  const error = { code: 'UNHEALTHY', message: 'shop-web-1 is not healthy', hint } as const
  const lines = endLines({ colors: plain }, { ...ended, error }, {})
  expect(lines.filter((line) => line.startsWith('→') && !line.startsWith('→ next'))).toEqual(says)
})
