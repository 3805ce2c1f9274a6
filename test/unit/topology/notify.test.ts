import { describe, expect, it, test } from 'vitest'
import { exportedTopology } from '../../../src/contracts/exported-topology.js'
import { findings, plainWords } from '../../../src/topology/issues.js'
import { unsupported } from '../../../src/topology/unsupported.js'
import { whatRuns } from '../../../src/topology/what-runs.js'
import { declaration, parsed, said } from './sample.js'

const notified = (notify: unknown) => declaration({ notify })
const HOOK = 'https://hooks.example.com/T00/s3cret'

test('absent, it leaves no trace', () => expect(parsed(declaration())).not.toHaveProperty('notify'))

describe('normal form', () => {
  it.each([
    [[{ webhook: HOOK }], [{ to: { kind: 'webhook', url: { value: HOOK } }, on: null }]],
    [
      [{ webhook: { secret: { from: 'system', key: 'HOOK' } }, on: ['failed'] }],
      [{ to: { kind: 'webhook', url: { secret: { from: 'system', key: 'HOOK' } } }, on: ['failed'] }],
    ],
    [
      [{ command: ['/usr/local/bin/page', '--x'], on: ['needsAttention', 'held'] }],
      [{ to: { kind: 'command', command: ['/usr/local/bin/page', '--x'] }, on: ['needsAttention', 'held'] }],
    ],
  ])('%j', (written, normal) => {
    const topology = parsed(notified(written))
    expect(topology.notify).toEqual(normal)
    expect(exportedTopology.parse(topology)).toEqual(topology)
  })
})

describe('mistakes', () => {
  const URL_WORDS = expect.stringMatching(
    /^notify\[0\]\.webhook: found a string, allowed an https URL without user and password, or an http URL on this machine/,
  ) as string

  it.each<[unknown, unknown[]]>([
    [HOOK, ['notify: found a string, allowed a list of notifiers']],
    [[HOOK], ['notify[0]: found a string, allowed a mapping of webhook, command, on']],
    [[], ['notify: found an empty list, allowed at least one notifier']],
    [Array(21).fill({ command: ['x'] }), ['notify: found a list, allowed 20 notifiers at most']],
    [[{}], ['notify[0]: found an empty mapping, allowed exactly one of webhook, command']],
    [[{ webhook: HOOK, command: ['x'] }], ['notify[0]: found a mapping, allowed exactly one of webhook, command']],
    [
      [{ webhok: HOOK }],
      ['notify[0].webhok: found the unknown key "webhok", allowed webhook, command, on (did you mean webhook?)'],
    ],
    [
      [{ webhook: { url: HOOK } }],
      [expect.stringMatching(/^notify\[0\]\.webhook: found a mapping, allowed an https URL .*, or secret\(/)],
    ],
    [[{ webhook: 'http://example.com/s3cret' }], [URL_WORDS]],
    [[{ webhook: 'https://ann:s3cret@example.com' }], [URL_WORDS]],
    [[{ webhook: 's3cret' }], [URL_WORDS]],
    [
      [{ command: 's3cret --x' }],
      ["notify[0].command: found a string, allowed a list of arguments: ['program', 'argument']"],
    ],
    [
      [{ webhook: HOOK, on: ['success'] }],
      [
        'notify[0].on[0]: found "success", allowed succeeded, rolledBack, held, needsAttention, failed, unhealthy, hostDead, hostAlive, drift, replicaLate, replicaCaughtUp, backupFailed, backupLate, backupRecovered, ttlWarning (did you mean succeeded?)',
      ],
    ],
    [
      [{ webhook: HOOK, on: ['rolled_back'] }],
      [
        'notify[0].on[0]: found "rolled_back", allowed succeeded, rolledBack, held, needsAttention, failed, unhealthy, hostDead, hostAlive, drift, replicaLate, replicaCaughtUp, backupFailed, backupLate, backupRecovered, ttlWarning (did you mean rolledBack?)',
      ],
    ],
    [
      [{ webhook: HOOK, on: [] }],
      [expect.stringMatching(/^notify\[0\]\.on: found an empty list, allowed at least one of/)],
    ],
    [[{ webhook: HOOK, on: ['held', 'held'] }], ['notify[0].on[1]: found "held" twice, allowed each name once']],
    [
      [{ webhook: { secret: { from: 'system' } } }],
      ['notify[0].webhook.secret.key: found nothing, allowed the name of the variable'],
    ],
    [
      [{ webhook: { secret: { from: 'file' } } }],
      ['notify[0].webhook.secret.key: found nothing, allowed the path of the file'],
    ],
    [
      [{ webhook: { secret: { from: 'system', key: 'CUL8ER_SEAL_KEY' } } }],
      [expect.stringMatching(/^notify\[0\]\.webhook\.secret\.key: found .*cul8er's own/)],
    ],
  ])('%j', (written, expected) => {
    const found = said(notified(written))
    expect(found).toEqual(expected)
    expect(found.join()).not.toContain('s3cret')
  })

  it('of a state that is read from a file have no URL', () => {
    const topology = { ...parsed(notified([{ webhook: HOOK }])) }
    const raw = { topology: JSON.parse(JSON.stringify(topology).replace('https://hooks', 'http://hooks')) as unknown }
    const result = exportedTopology.safeParse(raw.topology, { error: plainWords })
    const issues = result.success
      ? []
      : findings(
          result.error.issues.map((issue) => ({ ...issue, path: ['topology', ...issue.path] })),
          raw,
        )
    expect(issues.map(({ path, found }) => `${path}: ${found}`)).toEqual(['topology.notify[0].to.url.value: a string'])
    expect(JSON.stringify(issues)).not.toContain('s3cret')
  })
})

test('a source that cannot be resolved is refused by name', () => {
  const topology = parsed(notified([{ command: ['x'] }, { webhook: { secret: { from: 'vault', key: 'a' } } }]))
  expect(unsupported(topology)).toEqual([
    { path: 'notify[1].webhook', what: 'secrets from Vault are not supported yet' },
  ])
})

test('who is asked to trust a topology sees what the worker would do, and no token', () => {
  const topology = parsed(
    notified([
      { webhook: HOOK },
      { webhook: { secret: { from: 'command', key: 'pass show hook' } } },
      { command: ['/usr/local/bin/page', '--x'] },
    ]),
  )
  expect(whatRuns(topology).filter((line) => line.startsWith('notify'))).toEqual([
    'notify: the worker sends how operations end to https://hooks.example.com',
    'notify: the worker sends how operations end to the URL in a secret: the worker runs "pass show hook"',
    'notify: the worker runs ["/usr/local/bin/page","--x"] when an operation ends',
  ])
})
