import { expect, test } from 'vitest'
import { Context } from '../../../src/cli/context.js'
import { historyTable, operationObject, operationText } from '../../../src/cli/render/history.js'
import type { PastOperation } from '../../../src/client/index.js'
import type { HistoryEntry } from '../../../src/contracts/index.js'

const context = new Context({ env: {}, cwd: '/', stdout: {}, stderr: {} } as never, {})
const entry: HistoryEntry = {
  operation: 'op-5',
  number: 5,
  kind: 'deploy',
  outcome: 'rolledBack',
  revision: 3,
  startedAt: '2026-01-02T03:04:05.000Z',
  endedAt: '2026-01-02T03:04:17.300Z',
  error: { code: 'UNHEALTHY', message: 'shop-web-1 is not healthy', hint: 'look at its log' },
  by: { who: 'me@laptop', directory: '/home/me/shop', options: ['--version 1.2.0', '--yes'] },
}
const cleanup: HistoryEntry = {
  ...{ operation: 'op-6', number: 6, kind: 'cleanup', outcome: 'failed', revision: 3 },
  ...{ startedAt: entry.endedAt, endedAt: entry.endedAt, automatic: true, times: 3 },
}
const past: PastOperation = {
  topology: 'shop',
  operation: 'op-5',
  ended: entry,
  current: null,
  steps: [
    { name: 'plan', outcome: 'done', startedAt: entry.startedAt, durationMs: 100, note: '1 change' },
    { name: 'create', instance: 'shop-web-1', outcome: 'undone', startedAt: entry.startedAt, durationMs: 900 },
  ],
}

test('the table says who asked', () => {
  expect(historyTable([entry, cleanup], context.colors).split('\n')).toEqual([
    'operation  kind     revision  outcome            started                  took    by         error',
    'op-5       deploy   3         ✘ rolled back      2026-01-02 03:04:05 UTC  12.3 s  me@laptop  shop-web-1 is not healthy',
    'op-6       cleanup  3         ✘ failed, 3 times  2026-01-02 03:04:17 UTC  0.0 s   automatic',
  ])
})

test('what the ledger did by itself has its reason', () => {
  const reason = 'shop-web-1 was unhealthy: HTTP 500, restart 1 of 3 within 10 m'
  const { times: _times, ...once } = cleanup
  const restart: HistoryEntry = { ...once, kind: 'restart', outcome: 'succeeded', reason }
  expect(historyTable([restart], context.colors).split('\n')).toEqual([
    `operation  kind     revision  outcome      started                  took   by         reason`,
    `op-6       restart  3         ✔ succeeded  2026-01-02 03:04:17 UTC  0.0 s  automatic  ${reason}`,
  ])
  expect(operationText({ ...past, ended: restart }, context)).toContain(`  started automatically: ${reason}`)
})

test('warnings are counted in the table and named with their operation', () => {
  const { error: _error, ...well } = entry
  const warnings = ['afterDeploy hook purge failed (exit 3): why', 'afterDeploy hook x was killed by SIGKILL']
  const warned: HistoryEntry = { ...well, outcome: 'succeeded', warnings }
  const [, row] = historyTable([warned], context.colors).split('\n')
  expect(row).toMatch(/ ✔ succeeded, 2 warnings .* afterDeploy hook purge failed \(exit 3\): why$/)
  const text = operationText({ ...past, ended: warned }, context)
  expect(text.split('\n').slice(-2)).toEqual(warnings.map((each) => `! ${each}`))
})

test('without an error there is no column for it', () => {
  const { error: _error, ...well } = entry
  const [head] = historyTable([{ ...well, outcome: 'succeeded' }], context.colors).split('\n')
  expect(head).toMatch(/by$/)
})

test('one operation: its steps with times, who asked for it and how, and what went wrong', () => {
  expect(operationText(past, context).split('\n')).toEqual([
    'shop op-5: deploy, revision 3, ✘ rolled back (12.3 s)',
    '  started 2026-01-02 03:04:05 UTC, ended 2026-01-02 03:04:17 UTC',
    '  by me@laptop in /home/me/shop with --version 1.2.0 --yes',
    '',
    '03:04:05  ✔ plan (0.1 s): 1 change',
    '03:04:05  ↶ create shop-web-1 (0.9 s)',
    '',
    '✘ shop-web-1 is not healthy (UNHEALTHY)',
    '→ look at its log',
  ])
  expect(operationObject(past)).toEqual({ topology: 'shop', ...entry, steps: past.steps })
})

test('one whose steps Temporal has forgotten', () => {
  const text = operationText({ ...past, steps: null }, context)
  expect(text).toContain('by me@laptop')
  expect(text).toContain('Its steps are no longer available')
  expect(operationObject({ ...past, steps: null })).toMatchObject({ outcome: 'rolledBack', steps: null })
})

test('one that goes on', () => {
  const current = { ...entry, id: 'op-5', workflowId: '', step: 'watch at 20 %' }
  const going: PastOperation = { ...past, ended: null, current }
  expect(operationText(going, context)).toMatch(/^shop op-5: deploy, in progress for .*: watch at 20 %\n/)
  expect(operationObject(going)).toMatchObject({ operation: 'op-5', outcome: null, kind: 'deploy' })
})

test('what was taken back sends to the logs that are kept, and nowhere else', () => {
  const step = (name: string) =>
    ({ name, instance: 'shop-web-1', outcome: 'done', startedAt: entry.startedAt, durationMs: 1 }) as const
  const error = { code: 'UNHEALTHY', message: 'not healthy', hint: 'cul8er logs shows the log of the app' } as const
  const last = (steps: PastOperation['steps'], outcome: HistoryEntry['outcome'] = 'rolledBack') =>
    operationText({ ...past, steps, ended: { ...entry, outcome, error } }, context)
      .split('\n')
      .at(-1)
  expect(last([step('create'), step('undo: keep the log')])).toBe(
    '→ cul8er logs shop --operation op-5 for what was removed',
  )
  expect(last([])).toBe('✘ not healthy (UNHEALTHY)')
  expect(last(null)).toBe('✘ not healthy (UNHEALTHY)')
  expect(last([], 'held')).toBe('→ cul8er logs shows the log of the app')
})
