import { expect, test } from 'vitest'
import { Context } from '../../../src/cli/context.js'
import { exitOfError, exitOfResult } from '../../../src/cli/exit.js'
import { Live } from '../../../src/cli/live.js'
import { palette } from '../../../src/cli/palette.js'
import { dryLines } from '../../../src/cli/render/dry-run.js'
import { humanDuration } from '../../../src/cli/render/duration.js'
import { planText } from '../../../src/cli/render/plan.js'
import { statusText } from '../../../src/cli/render/status.js'
import { stepLine } from '../../../src/cli/render/steps.js'
import { errorLines } from '../../../src/cli/report-error.js'
import type { StepRecord } from '../../../src/contracts/index.js'

const plain = palette({ isTTY: false }, {})

test.each([
  [0, '0.0 s'],
  [1_234, '1.2 s'],
  [99_900, '99.9 s'],
  [99_960, '1 m 40 s'],
  [245_000, '4 m 05 s'],
  [7_380_000, '2 h 03 m'],
])('%i ms is %s', (ms, text) => {
  expect(humanDuration(ms)).toBe(text)
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
])('colours for %j with %j: %s', (output, env, coloured) => {
  expect(palette(output, env).red('x') !== 'x').toBe(coloured)
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
      ],
    },
    plain,
  )
  expect(text.split('\n')).toEqual([
    'shop: 1 to create, 1 to update, 1 to replace',
    '  + create shop-web-1 on here',
    '      missing',
    '  ~ update shop-web-2 on here (drift)',
    '      limits.cpu is "2", should be "1"',
    '  ± replace shop-db-blue on here (replaces shop-db)',
    '! port 443 answers with a self-signed certificate',
  ])
  expect(planText({ topology: 'shop', changes: [], notes: [], empty: true }, plain)).toBe('✔ shop: nothing to change')
})

test('status for people', () => {
  const row = {
    name: 'shop-web-1',
    resource: 'web',
    host: 'here',
    state: 'Running',
    address: '10.0.0.2',
    version: '1.0.0',
    health: 'healthy' as const,
    weight: 100,
    drift: [],
  }
  const text = statusText(
    {
      topology: 'shop',
      revision: { desired: 2, stable: 1, attempted: 2 },
      operation: null,
      last: { operation: 'op-4', kind: 'deploy', outcome: 'needsAttention' },
      dirty: ['shop-web-2'],
      ttl: null,
      healthy: false,
      instances: [
        row,
        { ...row, name: 'shop-web-2', state: 'Stopped', address: null, health: 'unhealthy', drift: ['it is stopped'] },
      ],
    },
    plain,
  )
  expect(text.split('\n')).toEqual([
    '✘ shop: not healthy',
    '  revision: desired 2, stable 1, attempted 2',
    '  no operation in progress',
    '  last: deploy op-4, ✘ needsAttention; cul8er history shop op-4 shows why',
    '  half changed: shop-web-2; cul8er rollback shop or cul8er deploy shop sets this right',
    '',
    'instance    host  state    address   version  health       weight  drift',
    'shop-web-1  here  Running  10.0.0.2  1.0.0    ✔ healthy    100     -',
    'shop-web-2  here  Stopped  -         1.0.0    ✘ unhealthy  100     it is stopped',
  ])
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
