import { expect, test } from 'vitest'
import { Context } from '../../../src/cli/context.js'
import { exitOfError, exitOfResult } from '../../../src/cli/exit.js'
import { Live } from '../../../src/cli/live.js'
import { palette } from '../../../src/cli/palette.js'
import { dryLines } from '../../../src/cli/render/dry-run.js'
import { humanDuration, moment, timeOfDay } from '../../../src/cli/render/duration.js'
import { planText } from '../../../src/cli/render/plan.js'
import { statusText } from '../../../src/cli/render/status.js'
import { doingOf, openStepLine, stepLine } from '../../../src/cli/render/steps.js'
import { errorLines } from '../../../src/cli/report-error.js'
import { needsPerson, type Ended, type Status } from '../../../src/client/status.js'
import type { StepRecord } from '../../../src/contracts/index.js'

const plain = palette({ isTTY: false }, {})

test.each([
  [0, '0.0 s'],
  [1_234, '1.2 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m'],
  [85_000, '1 m 25 s'],
  [245_000, '4 m 05 s'],
  [7_380_000, '2 h 03 m'],
])('%i ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
})

test.each([
  ['UTC', '2026-01-02 03:04:05 UTC'],
  ['Europe/Berlin', '2026-01-02 04:04:05 +01:00'],
  ['America/St_Johns', '2026-01-01 23:34:05 -03:30'],
])('a time in %s is %s', (zone, text) => {
  process.env.TZ = zone
  try {
    expect(moment('2026-01-02T03:04:05.678Z')).toBe(text)
    expect(text).toContain(timeOfDay('2026-01-02T03:04:05.678Z'))
  } finally {
    process.env.TZ = 'UTC'
  }
})

test.each([
  ['USAGE', 64],
  ['INVALID_TOPOLOGY', 64],
  ['OPERATION_IN_PROGRESS', 3],
  ['NO_ROOM', 5],
  ['NEEDS_ATTENTION', 6],
  ['STALE_PLAN', 1],
  ['SERVICE', 1],
] as const)('%s exits %i', (code, exit) => {
  expect(exitOfError(code)).toBe(exit)
})

test.each([
  [{ outcome: 'succeeded' }, 0],
  [{ outcome: 'rolledBack' }, 4],
  [{ outcome: 'held' }, 6],
  [{ outcome: 'needsAttention' }, 6],
  [{ outcome: 'failed' }, 1],
  [{ outcome: 'failed', error: { code: 'NO_ROOM', message: '' } }, 5],
  [{ outcome: 'failed', error: { code: 'STALE_PLAN', message: '' } }, 1],
] as const)('%j exits %i', (result, exit) => {
  expect(exitOfResult(result)).toBe(exit)
})

test.each([
  [{ isTTY: false }, {}, false],
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
])('colors for %j with %j: %s', (output, env, colored) => {
  expect(palette(output, env).red('x') !== 'x').toBe(colored)
})

const step = (more: Partial<StepRecord>): StepRecord => ({
  name: 'create',
  instance: 'shop-web-1',
  outcome: 'done',
  startedAt: '',
  durationMs: 1_200,
  ...more,
})
test.each([
  [step({}), '✔ create shop-web-1 (1.2 s)'],
  [step({ note: 'made' }), '✔ create shop-web-1 (1.2 s): made'],
  [step({ instance: undefined, name: 'plan' }), '✔ plan (1.2 s)'],
  [
    step({ outcome: 'failed', error: { code: 'INCUS', message: 'no such image' } }),
    '✘ create shop-web-1 (1.2 s): no such image',
  ],
  [step({ outcome: 'undone' }), '↶ create shop-web-1 (1.2 s)'],
])('%j', (record, line) => {
  expect(stepLine(record, plain)).toBe(line)
})

test('a plan for people', () => {
  const change = { resource: 'web', host: 'here', drift: false, reasons: ['missing'] }
  const text = planText(
    {
      topology: 'shop',
      empty: false,
      notes: ['port 443 answers with a self-signed certificate'],
      changes: [
        { ...change, action: 'create', instance: 'shop-web-1' },
        {
          ...change,
          action: 'update',
          instance: 'shop-web-2',
          drift: true,
          reasons: ['limits.cpu is "2", should be "1"'],
        },
        { ...change, action: 'replace', instance: 'shop-db-blue', replaces: 'shop-db', reasons: [] },
        { ...change, action: 'move', instance: 'shop-files', host: 'there', reasons: [] },
      ],
    },
    plain,
  )
  expect(text.split('\n')).toEqual([
    'shop: 1 to create, 1 to update, 1 to replace, 1 to move',
    '  + create shop-web-1 on here',
    '      missing',
    '  ~ update shop-web-2 on here (drift)',
    '      limits.cpu is "2", should be "1"',
    '  ± replace shop-db-blue on here (replaces shop-db)',
    '  → move shop-files to there',
    '! port 443 answers with a self-signed certificate',
  ])
  const more = {
    standby: { instances: ['shop-web-1', 'shop-web-2'], forMs: 600_000 },
    edges: [{ host: 'here', instance: 'cul8er-edge', image: 'cul8er/edge' }],
    copies: [
      {
        ...{ image: 'cul8er/edge', host: 'here', project: null, from: 'there', fingerprint: 'f' },
        ...{ sizeBytes: 10_300_000, properties: {} },
      },
    ],
    downloads: [{ image: 'images:debian/12', host: 'here' }],
  }
  const changes = [{ ...change, action: 'create' as const, instance: 'shop-web-1', reasons: [] }]
  expect(planText({ topology: 'shop', changes, notes: [], empty: false, ...more }, plain).split('\n')).toEqual([
    'shop: 1 to create',
    '  + create shop-web-1 on here',
    '  ↓ image cul8er/edge on here: copied from there (10MiB)',
    '  ↓ download image images:debian/12 to here',
    '  + create the load balancer cul8er-edge on here, from image cul8er/edge',
    '  = keep shop-web-1, shop-web-2 for 10 m, for an instant switch back',
  ])
  expect(planText({ topology: 'shop', changes: [], notes: [], empty: true }, plain)).toBe('✔ shop: nothing to change')
})

const row = {
  name: 'shop-web-1',
  resource: 'web',
  host: 'here',
  state: 'Running',
  address: '10.0.0.2',
  version: '1.0.0',
  health: 'healthy' as const,
  weight: 100,
  traffic: 100,
  drift: [],
}

const status = (last: Ended | null, more: Partial<Status> = {}): Status => ({
  topology: 'shop',
  revision: { desired: 2, stable: 1, attempted: 2 },
  operation: null,
  lastOperation: last,
  last,
  dirty: [],
  ttl: null,
  healthy: true,
  instances: [],
  ...more,
})

const ended = (outcome: Ended['outcome'], error?: Ended['error']): Ended => ({
  operation: 'op-4',
  kind: 'deploy',
  outcome,
  revision: 2,
  endedAt: new Date(Date.now() - 245_000).toISOString(),
  ...(error === undefined ? {} : { error }),
})

test('status for people', () => {
  const last = ended('needsAttention', { code: 'UNHEALTHY', message: 'shop-web-2 is not healthy' })
  const text = statusText(
    status(last, {
      dirty: ['shop-web-2'],
      healthy: false,
      unhealthy: [
        { ...{ instance: 'shop-web-2', reason: 'HTTP 500' }, at: new Date().toISOString(), restarts: 3, gaveUp: true },
      ],
      instances: [
        row,
        { ...row, name: 'shop-web-2', state: 'Stopped', address: null, health: 'unhealthy', drift: ['it is stopped'] },
      ],
    }),
    plain,
  )
  expect(text.split('\n')).toEqual([
    '✘ shop: not healthy',
    '  revision: desired 2, stable 1, attempted 2',
    '  no operation in progress',
    `  last operation: deploy to revision 2, op-4, ✘ needs attention 4 m 05 s ago (${moment(last.endedAt)})`,
    '    shop-web-2 is not healthy (UNHEALTHY)',
    '    → cul8er history shop op-4 shows its steps; fix the cause, then cul8er deploy shop or cul8er rollback shop',
    '  dirty: shop-web-2; cul8er rollback shop or cul8er deploy shop repairs this',
    expect.stringMatching(
      /^ {2}✘ unhealthy: shop-web-2, HTTP 500 \(.* ago, restarted 3 times\); nothing more is tried: cul8er logs shop shop-web-2 shows why$/,
    ),
    '',
    'instance    host  state    address   version  health       traffic  drift',
    'shop-web-1  here  Running  10.0.0.2  1.0.0    ✔ healthy    100 %    -',
    'shop-web-2  here  Stopped  -         1.0.0    ✘ unhealthy  100 %    it is stopped',
  ])
})

const HOUR = 3_600_000
const underWay = (kind: 'deploy' | 'restart' | 'destroy') => ({
  operation: { ...{ id: 'op-5', kind, step: 'starting' }, startedAt: new Date().toISOString() },
})
test.each<[string, number, Partial<Status>, RegExp | null]>([
  ['to come', HOUR, {}, /will be destroyed at .* \(in 1 h\)$/],
  ['over, and the ledger is about to act', -HOUR, {}, /its ttl ended 1 h ago: it will be destroyed$/],
  [
    'over during a deploy',
    -HOUR,
    underWay('deploy'),
    /destroyed after the deploy in progress, unless that renews the ttl$/,
  ],
  ['over during what does not renew it', -HOUR, underWay('restart'), /destroyed after the restart in progress$/],
  ['over, and what it was for goes on', -HOUR, underWay('destroy'), null],
  [
    'of a state from an older backup',
    -HOUR,
    { behind: { code: 'STATE_LOST', message: 'behind' } },
    /its ttl \(.*\) is of the older state: nothing is destroyed by it$/,
  ],
])('status with a ttl that is %s', (_what, inMs, more, says) => {
  const ttl = new Date(Date.now() + inMs).toISOString()
  const lines = statusText(status(null, { ...more, ttl }), plain).split('\n')
  const line = lines.find((each) => /ttl|destroyed/.test(each)) ?? null
  if (says === null) expect(line).toBeNull()
  else expect(line).toMatch(says)
})

test.each<[Ended['outcome'], number | null, RegExp | null]>([
  ['succeeded', 1, null],
  ['rolledBack', 1, /op-4, ✘ rolled back 4 m 05 s ago .*\n {4}→ .*; revision 1 serves as before$/],
  ['rolledBack', null, /; nothing of it is left$/],
  [
    'held',
    1,
    /✘ held for your decision .*\n.*; cul8er deploy shop goes on from here, cul8er rollback shop goes back to revision 1$/,
  ],
  ['held', null, /; cul8er deploy shop goes on from here$/],
  ['needsAttention', null, /; fix the cause, then cul8er deploy shop$/],
  ['failed', 1, /✘ failed .*\n {4}→ cul8er history shop op-4 shows its steps$/],
])('status after one that %s, with stable revision %o', (outcome, stable, says) => {
  const text = statusText(status(ended(outcome), { revision: { desired: 2, stable, attempted: 2 } }), plain)
  const about = text.split('\n').slice(3, -1).join('\n')
  if (says === null) expect(about).toBe('')
  else expect(about).toMatch(says)
})

test('status after one that succeeded with a warning says so', () => {
  const last = { ...ended('succeeded'), warnings: ['afterDeploy hook purge failed (exit 3): why'] }
  expect(statusText(status(last), plain).split('\n').slice(3, -1)).toEqual([
    `  last operation: deploy to revision 2, op-4, ! succeeded, 1 warning 4 m 05 s ago (${moment(last.endedAt)})`,
    '    afterDeploy hook purge failed (exit 3): why',
    '    → cul8er history shop op-4 shows its steps',
  ])
})

test('status after a rollback that is held names where going back leads', () => {
  const held = { ...ended('held'), kind: 'rollback' as const }
  const text = statusText(status(held, { revision: { desired: 2, stable: 3, attempted: 2 } }), plain)
  expect(text).toContain(', cul8er rollback shop --to 3 goes back to revision 3')
})

test('status in an operation says what it waits for', () => {
  const wait = { attempt: 1, instance: 'shop-web-1', words: 'http://localhost:4000/health: HTTP 500, 12 probes' }
  const doing = [
    { ...wait, ms: 13_400, mostMs: 60_000 },
    { attempt: 1, instance: 'shop-web-2' },
  ]
  const startedAt = new Date(Date.now() - 20_000).toISOString()
  const text = statusText(
    status(null, { operation: { id: 'op-5', kind: 'deploy', step: 'wait until healthy', startedAt, doing } }),
    plain,
  )
  expect(text.split('\n').slice(2)).toEqual([
    expect.stringMatching(/^ {2}in progress: deploy op-5, wait until healthy \(for 20\.\d s\)$/),
    '    shop-web-1: http://localhost:4000/health: HTTP 500, 12 probes (13 s of 1 m)',
    '  no instances',
  ])
})

test.each<[string, Status, boolean]>([
  ['all is well', status(ended('succeeded')), false],
  ['taken back', status(ended('rolledBack')), false],
  ['needs attention', status(ended('needsAttention')), true],
  ['half changed', status(ended('failed'), { dirty: ['shop-web-1'] }), true],
  [
    'being repaired',
    status(ended('needsAttention'), { operation: { id: 'op-5', kind: 'deploy', step: '', startedAt: '' } }),
    false,
  ],
])('whether a person is needed: %s', (_, given, needed) => {
  expect(needsPerson(given)).toBe(needed)
})

test('a dry run as it would be typed', () => {
  const steps = [
    {
      instance: 'a',
      host: 'here',
      step: 'create',
      args: ['launch', '--quiet', '-c', "user.x=it's", 'cul8er/tiny', 'a'],
    },
    {
      instance: 'a',
      host: 'here',
      step: 'install release',
      args: ['exec', 'a', '--', 'sh', '-c', 'a\nlong\nscript', 'cul8er-install', 'web'],
      stdin: 'release web 1.0.0, 12 bytes',
    },
    { instance: 'a', host: 'here', step: 'wait until healthy', args: null },
  ]
  expect(dryLines(steps, plain)).toEqual([
    '# a on here: create',
    String.raw`incus launch --quiet -c 'user.x=it'\''s' cul8er/tiny a`,
    '# a on here: install release',
    'incus exec a -- sh -c … cul8er-install web < release web 1.0.0, 12 bytes',
    '# a on here: wait until healthy',
  ])
})

test('an error ends with probe, log lines and what to do', () => {
  const context = new Context({ env: {}, stdout: {}, stderr: {} } as never, {})
  const lines = errorLines(
    {
      code: 'UNHEALTHY',
      message: 'shop-web-1 is not healthy',
      hint: 'look at it',
      details: { asked: 'http://localhost:4000/health', probe: { message: 'HTTP 500' }, logs: ['boom'] },
    },
    context,
    {},
  )
  expect(lines).toEqual([
    '✘ shop-web-1 is not healthy (UNHEALTHY)',
    '  last probe of http://localhost:4000/health: HTTP 500',
    '  last log lines:',
    '    boom',
    '→ look at it',
  ])
})

test('live lines are drawn over, never longer than the terminal', () => {
  const written: string[] = []
  const live = new Live({ columns: 10, write: (text) => written.push(text) })
  live.draw(['one', 'a line that is too long'])
  live.print('done')
  live.draw(['two'])
  expect(written).toEqual(['one\n', 'a line t…\n', '\x1b[2A\x1b[J', 'done\n', 'two\n'])
})

const open: StepRecord = {
  name: 'wait until healthy',
  instance: 'app-1',
  outcome: 'running',
  startedAt: '2026-01-02T03:04:05.000Z',
  durationMs: 0,
}
const at = Date.parse('2026-01-02T03:04:18.000Z')

test.each<[string, Parameters<typeof openStepLine>[2], string]>([
  ['nothing is known', undefined, '▶ wait until healthy app-1 (13.0 s)'],
  [
    'what was found last',
    { attempt: 1, words: 'http://localhost:4000/health: HTTP 500, 12 probes', ms: 12_500, mostMs: 60_000 },
    '▶ wait until healthy app-1 (13.0 s of 1 m): http://localhost:4000/health: HTTP 500, 12 probes',
  ],
  [
    'why it is tried again',
    { attempt: 3, failure: 'host here did not answer' },
    '▶ wait until healthy app-1 (13.0 s): attempt 3, because: host here did not answer',
  ],
])('a step under way: %s', (_, doing, line) => {
  expect(openStepLine(open, plain, doing, at)).toBe(line)
})

test('what an activity does belongs to the step of its instance', () => {
  const all = [{ attempt: 1, instance: 'app-2' }, { attempt: 2 }]
  expect(doingOf(all, open)).toBeUndefined()
  expect(doingOf(all, { ...open, instance: 'app-2' })).toBe(all[0])
  expect(doingOf(all, { ...open, instance: undefined })).toBe(all[1])
})
