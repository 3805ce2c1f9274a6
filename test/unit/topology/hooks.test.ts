import { describe, expect, it, test } from 'vitest'
import { exportedTopology } from '../../../src/contracts/exported-topology.js'
import { hooksOf } from '../../../src/topology/hooks.js'
import { whatRuns } from '../../../src/topology/what-runs.js'
import { declaration, parsed, said } from './sample.js'

const hooked = (hooks: unknown) => declaration({ hooks })
const MINUTES = 60_000

test('absent, they leave no trace', () => expect(parsed(declaration())).not.toHaveProperty('hooks'))

describe('normal form', () => {
  const FIVE = { timeoutMs: 5 * MINUTES }
  it.each<[unknown, unknown]>([
    [
      { afterDeploy: ['purge  --all /var/cache'] },
      { afterDeploy: [{ command: ['purge', '--all', '/var/cache'], ...FIVE }] },
    ],
    [
      { afterDeploy: [['/bin/sh', '-c', 'a | b']] },
      { afterDeploy: [{ command: ['/bin/sh', '-c', 'a | b'], ...FIVE }] },
    ],
    [
      { beforeDeploy: [{ command: ['migrate'], timeout: '20m' }] },
      { beforeDeploy: [{ command: ['migrate'], timeoutMs: 20 * MINUTES }] },
    ],
    [
      {
        afterDeploy: [
          { command: ['smoke'], required: true },
          { command: ['purge'], required: false },
        ],
      },
      {
        afterDeploy: [
          { command: ['smoke'], ...FIVE, required: true },
          { command: ['purge'], ...FIVE },
        ],
      },
    ],
    [
      { afterRollback: ['a'], before_destroy: ['b'] },
      { afterRollback: [{ command: ['a'], ...FIVE }], beforeDestroy: [{ command: ['b'], ...FIVE }] },
    ],
    [{}, undefined],
  ])('%j', (written, normal) => {
    const topology = parsed(hooked(written))
    expect(topology.hooks).toEqual(normal)
    expect(exportedTopology.parse(topology)).toEqual(topology)
  })
})

describe('mistakes', () => {
  const KEYS = 'beforeDeploy, afterDeploy, beforeRollback, afterRollback, beforeDestroy, afterDestroy'
  const LINE =
    "a program on the PATH or with its absolute path, and its arguments, without quotes and what else a shell reads: for those, the list ['program', 'argument'] or ['sh', '-c', '…']"
  const LIST =
    "a program on the PATH or with its absolute path, and its arguments: ['program', 'argument']; nothing else knows the folder"
  const ENTRY = "a line, a list of arguments ['program', 'argument'], or { command, timeout }"

  it.each<[unknown, string[]]>([
    ['purge', [`hooks: found "purge", allowed a mapping of ${KEYS}`]],
    [
      { afterDeploys: ['a'] },
      [`hooks.afterDeploys: found the unknown key "afterDeploys", allowed ${KEYS} (did you mean afterDeploy?)`],
    ],
    [{ afterDeploy: 'purge' }, ['hooks.afterDeploy: found "purge", allowed a list of hooks']],
    [{ afterDeploy: [] }, ['hooks.afterDeploy: found an empty list, allowed at least one hook']],
    [{ afterDeploy: Array(21).fill('a') }, ['hooks.afterDeploy: found a list, allowed 20 hooks at most']],
    [{ afterDeploy: [7] }, [`hooks.afterDeploy[0]: found 7, allowed ${ENTRY}`]],
    [{ afterDeploy: ['purge', '--all'] }, [`hooks.afterDeploy[1]: found "--all", allowed ${LINE}`]],
    [{ afterDeploy: ['./purge'] }, [`hooks.afterDeploy[0]: found "./purge", allowed ${LINE}`]],
    [{ afterDeploy: ['a && b'] }, [`hooks.afterDeploy[0]: found "a && b", allowed ${LINE}`]],
    [{ afterDeploy: ['echo "a b"'] }, [expect.stringContaining(`allowed ${LINE}`) as string]],
    [{ afterDeploy: ['A=1 purge'] }, [`hooks.afterDeploy[0]: found "A=1 purge", allowed ${LINE}`]],
    [{ afterDeploy: [''] }, [expect.stringContaining(`allowed ${LINE}`) as string]],
    [{ afterDeploy: [[]] }, [`hooks.afterDeploy[0]: found an empty list, allowed ${LIST}`]],
    [{ afterDeploy: [['bin/purge']] }, [`hooks.afterDeploy[0]: found a list, allowed ${LIST}`]],
    [{ afterDeploy: [['purge', 7]] }, ['hooks.afterDeploy[0][1]: found 7, allowed a string']],
    [{ afterDeploy: [{}] }, [`hooks.afterDeploy[0].command: found nothing, allowed ${LIST}`]],
    [
      { afterDeploy: [{ command: ['a'], timeout: 30 }] },
      [
        expect.stringMatching(
          /^hooks\.afterDeploy\[0\]\.timeout: found 30, allowed a duration .*did you mean 30s/,
        ) as string,
      ],
    ],
    [
      { afterDeploy: [{ command: ['a'], timeout: '2d' }] },
      ['hooks.afterDeploy[0].timeout: found "2d", allowed a duration from 1ms to 24h'],
    ],
    [
      { afterDeploy: [{ command: ['a'], requierd: true }] },
      [
        'hooks.afterDeploy[0].requierd: found the unknown key "requierd", allowed command, timeout, required (did you mean required?)',
      ],
    ],
    [
      { beforeDeploy: [{ command: ['a'], required: true }] },
      [
        expect.stringMatching(
          /^hooks\.beforeDeploy\[0\]\.required: found the unknown key "required", allowed command, timeout/,
        ) as string,
      ],
    ],
  ])('%j', (written, expected) => expect(said(hooked(written))).toEqual(expected))
})

test('a state that is read from a file has none that a topology file could not have', () => {
  const topology = parsed(hooked({ afterDeploy: ['purge'] }))
  const refused = (hook: object) => exportedTopology.safeParse({ ...topology, hooks: { afterDeploy: [hook] } }).success
  const fine = { command: ['purge'], timeoutMs: 1_000 }
  expect([
    refused(fine),
    refused({ ...fine, command: ['./purge'] }),
    refused({ ...fine, command: [] }),
    refused({ ...fine, timeoutMs: 0 }),
    refused({ ...fine, timeoutMs: 2 ** 40 }),
    refused({ ...fine, required: 'yes' }),
  ]).toEqual([true, false, false, false, false, false])
})

test('who is asked to trust a topology sees each', () => {
  const topology = parsed(hooked({ afterDestroy: ['purge --all'], beforeDeploy: [['sh', '-c', 'rm -r \u202E/']] }))
  expect(whatRuns(topology).filter((line) => line.includes('the worker runs'))).toEqual([
    String.raw`beforeDeploy: the worker runs sh -c "rm -r \u202e/"`,
    'afterDestroy: the worker runs purge --all',
  ])
})

describe('hooks of an operation', () => {
  const declared = parsed(hooked({ afterDeploy: ['a'], beforeRollback: ['b'] }))
  it.each<[string, [string[], string[]] | null]>([
    ['deploy', [[], ['a']]],
    ['rollback', [['b'], []]],
    ['destroy', null],
    ['restart', null],
    ['replace', null],
    ['restore', null],
    ['snapshot', null],
    ['cleanup', null],
    ['constructor', null],
  ])('%s', (kind, expected) => {
    const found = hooksOf(kind, declared)
    const programs = found && [found.before, found.after].map(({ hooks }) => hooks.flatMap(({ command }) => command))
    expect(programs).toEqual(expected)
  })

  it('are none without a declaration', () => expect(hooksOf('deploy', null)).toBeNull())
})
