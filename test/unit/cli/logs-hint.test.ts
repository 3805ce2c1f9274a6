import { expect, test } from 'vitest'
import { logsHint, withoutLogsHint } from '../../../src/cli/render/logs-hint.js'
import type { StepRecord } from '../../../src/contracts/index.js'
import type { ErrorCode } from '../../../src/errors.js'
import { refuseNothing } from '../../../src/client/where-logs-are.js'

const done = (name: string, more: Partial<StepRecord> = {}): StepRecord => ({
  ...{ name, instance: 'shop-web-1', outcome: 'done', startedAt: '', durationMs: 0 },
  ...more,
})
const kept = done('undo: keep the log')
const apps = 'cul8er logs shop for the logs of the apps'
const removed = 'cul8er logs shop --operation op-4 for what was removed'

test.each<[string, ErrorCode, StepRecord[], string | null]>([
  ['an update that was taken back', 'UNHEALTHY', [], apps],
  ['an instance that was made and removed', 'UNHEALTHY', [done('create'), kept], removed],
  ['one that had logged nothing', 'UNHEALTHY', [done('create'), { ...kept, note: 'it logged nothing' }], null],
  ['one whose log could not be kept', 'UNHEALTHY', [done('create'), { ...kept, outcome: 'failed' }], apps],
  ['one that could not be made', 'UNHEALTHY', [done('create', { outcome: 'failed' }), kept], null],
  ['one that has its snapshot back', 'UNHEALTHY', [done('undo: restore pre-deploy-4')], null],
  ['a release that does not start', 'INCUS', [done('create'), kept], removed],
  ...(
    ['ABORTED', 'IMAGE_NOT_FOUND', 'NO_ROOM', 'PORT_TAKEN', 'ARTIFACT_MISSING', 'UNREACHABLE', 'NAME_CLASH'] as const
  ).map((code): [string, ErrorCode, StepRecord[], null] => [code, code, [done('create'), kept], null]),
])('the logs of what failed: %s', (_what, code, steps, hint) => {
  const result = { topology: 'shop', operation: 'op-4', error: { code, message: '' } }
  expect(logsHint({ ...result, steps })).toBe(hint)
})

test.each([
  ['cul8er logs shows the log of the app', undefined],
  ['does the app listen on 127.0.0.1 alone?', 'does the app listen on 127.0.0.1 alone?'],
  [undefined, undefined],
])('after an undo the hint %j is %j', (hint, then) => {
  expect(withoutLogsHint({ code: 'UNHEALTHY', message: '', ...(hint === undefined ? {} : { hint }) }).hint).toBe(then)
})

test.each([
  ['shop-web-1', ['web', 'shop-web-1'], 'shop-web-1 is not running, so its log cannot be read'],
  ['wep', ['web', 'shop-web-1'], 'no instance or resource is named wep (did you mean web?)'],
  ['web', [], 'no instance or resource is named web'],
])('no log of %s where there are %j', (of, known, message) => {
  expect(() => refuseNothing({ logs: [], known, unreachable: [] }, of, 1)).toThrow(message)
})
