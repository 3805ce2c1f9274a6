import { expect, test } from 'vitest'
import { cul8er } from './terminal.js'

const nowhere = { cwd: '/' }

test.each([
  ['depoy', "unknown command 'depoy' (did you mean cul8er deploy?)"],
  ['deploy --vesion 1', "unknown option '--vesion' (Did you mean --version?)"],
  ['up', "unknown command 'up' (did you mean cul8er deploy?)"],
  ['ls', "unknown command 'ls' (did you mean cul8er state list?)"],
  ['remove shop', "unknown command 'remove' (did you mean cul8er destroy?)"],
  ['drain web', "unknown command 'drain' (did you mean cul8er hosts drain?)"],
  ['cordon web', "unknown command 'cordon' (did you mean cul8er hosts cordon?)"],
  ['hosts drian web', "unknown command 'drian' (did you mean cul8er hosts drain?)"],
  ['hosts shop web', "too many arguments for 'hosts'"],
  ['help drain', "unknown command 'drain' (did you mean cul8er hosts drain?)"],
  ['help hosts drian', "unknown command 'drian' (did you mean cul8er hosts drain?)"],
  ['service up', "unknown command 'up' (USAGE)"],
  ['service strat', "unknown command 'strat' (did you mean cul8er service start?)"],
  ['deploy --version', "option '--version <version>' argument missing"],
  ['rollback --to x --yes', 'expected a whole number from 1'],
  ['status --timeout 10', "expected a duration such as '10s', '5m' or '24h'"],
  ['ttl set 10', "expected a duration such as '10s', '5m' or '24h'"],
  ['restore shop --yes', 'give one of --snapshot, --from and --from-replica'],
  ['logs shop --operation x', "expected an operation such as 'op-5'"],
  ['logs shop --operation op-1 --follow', '--follow and --operation cannot be combined'],
  ['logs shop --previous --follow', '--follow and --previous cannot be combined'],
  ['logs shop --previous --operation 5', '--operation and --previous cannot be combined'],
  ['logs shop --since yesterday', "expected a duration such as '10m', or a time such as '14:30'"],
  ['logs shop --since 2100-01-01', 'expected a time in the past'],
  ['history shop yesterday', "expected an operation such as 'op-5'"],
  ['completion tcsh', 'Allowed choices are bash, zsh, fish'],
  ['validate', 'no topology file in /'],
  ['status', 'no topology was named'],
  ['validate -f none.ts', 'no file none.ts'],
  ['state import none.json', 'none.json cannot be read (ENOENT)'],
  ['worker', 'a worker needs the address of a Temporal server'],
  ['deploy', 'no terminal is attached'],
  ['destroy shop', 'no terminal is attached'],
  ['rollback shop', 'no terminal is attached'],
  ['restore shop --snapshot s', 'no terminal is attached'],
])('cul8er %s: 64, %s', async (line, message) => {
  const { exit, stdout, stderr } = await cul8er(line.split(' '), nowhere)
  expect(stderr).toContain(message)
  expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' })
})

test.each([
  ['depoy', '→ cul8er --help shows commands and options'],
  ['--json deploy --vesion 1', 'cul8er help deploy shows its options, with examples'],
  ['ttl set', '→ cul8er help ttl set shows its options, with examples'],
  ['hosts drain', '→ cul8er help hosts drain shows its options, with examples'],
  ['hosts drain web --froce', '→ cul8er help hosts drain shows its options, with examples'],
])('cul8er %s: %s', async (line, hint) => {
  const { stdout, stderr } = await cul8er(line.split(' '), nowhere)
  expect(stdout + stderr).toContain(hint)
})

test.each(['help hosts drain', 'hosts drain --help'])('cul8er %s', async (line) => {
  const { exit, stdout } = await cul8er(line.split(' '), nowhere)
  expect(stdout).toContain('Usage: cul8er hosts drain [options] <host> [topology]')
  expect(exit).toBe(0)
})

test.each(['--json depoy', 'depoy --json', 'destroy shop --json', 'status --json'])(
  'cul8er %s prints one object',
  async (line) => {
    const { exit, stdout, stderr } = await cul8er(line.split(' '), nowhere)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE', message: expect.any(String) as string } })
    expect({ exit, stderr }).toEqual({ exit: 64, stderr: '' })
  },
)

test.each(['metrics', 'metrics --watch'])('cul8er %s is refused by name', async (line) => {
  const { exit, stderr } = await cul8er(line.split(' '))
  expect(exit).toBe(1)
  expect(stderr).toContain('is not available yet')
})

test.each([
  ['--version', '1.2.3\n'],
  ['-V', '1.2.3\n'],
])('cul8er %s', async (line, stdout) => {
  expect(await cul8er([line])).toEqual({ exit: 0, stdout, stderr: '' })
})

const ALL =
  `init validate plan deploy status history attach logs destroy promote abort pause resume rollback snapshot snapshots restore
  ttl state orphans hosts metrics service worker images doctor schema completion`.split(/\s+/)

test('help fits a terminal of 80 columns', async () => {
  const { stdout } = await cul8er(['--help'])
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('help names all commands', async () => {
  const { exit, stdout } = await cul8er(['--help'])
  expect(exit).toBe(0)
  const named = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name)
  expect(named).toEqual(expect.arrayContaining(ALL))
  expect(stdout).not.toContain('__topologies')
})

test.each(ALL.filter((name) => name !== 'metrics'))('help of %s has examples and the global options', async (name) => {
  const { exit, stdout } = await cul8er([name, '--help'])
  expect(exit).toBe(0)
  expect(stdout).toMatch(/Examples:\n {2}\$ cul8er /)
  expect(stdout).toContain('--json')
})

test.each([[], ['state'], ['service']])('a command that is not whole shows its help: %j', async (...args) => {
  const { exit, stdout, stderr } = await cul8er(args)
  expect({ exit, stdout }).toEqual({ exit: 64, stdout: '' })
  expect(stderr).toContain('Usage: cul8er')
})
