import { describe, expect, it } from 'vitest'
import {
  briefArgs,
  configureCommand,
  installCommand,
  logsCommand,
  logsFromCommand,
  logsPreviousCommand,
  releaseSteps,
  restartCommand,
  stopCommand,
} from '../../../src/releases/commands.js'
import { decodeConfiguration } from '../../../src/releases/read-configuration.js'
import { configureScript, installScript } from '../../../src/releases/scripts.js'
import type { InstanceSpec } from '../../../src/plan/model.js'

const sha256 = 'ab'.repeat(32)
const spec: InstanceSpec = {
  name: 'shop-web-1',
  topology: 'shop',
  resource: 'web',
  index: 1,
  color: '',
  host: 'h',
  project: 'p',
  type: 'container',
  image: 'i',
  stateful: false,
  config: {},
  devices: {},
  environment: { MODE: 'prod "x"\n' },
  secrets: [{ name: 'TOKEN', ref: { from: 'system', key: null }, sealed: null }],
  release: { name: 'app', version: '1.0.0', artifact: { sha256, size: 42 }, start: null, stop: null },
  healthcheck: null,
  expose: [],
  digest: '0',
}
const bare: InstanceSpec = { ...spec, release: null, secrets: [], environment: {} }
const brief = (args: readonly string[]): string => briefArgs(args).join(' ')
const secrets = new Map([['TOKEN', 'hunter2 \n']])

describe('commands of a release', () => {
  it.each([
    [configureCommand(spec, { secrets }), 'exec --project=p shop-web-1 -- sh -c … cul8er-configure app'],
    [
      installCommand(spec, '/store/x', { secrets }),
      `exec --project=p shop-web-1 -- sh -c … cul8er-install app 1.0.0 ${sha256} 30 bin/app`,
    ],
    [restartCommand(spec), 'exec --project=p shop-web-1 -- sh -c … cul8er-restart app 30'],
    [stopCommand({ ...spec, project: null }, { stopSeconds: 5 }), 'exec shop-web-1 -- sh -c … cul8er-stop app 5'],
    [logsCommand(spec, { lines: 10 }), 'exec --project=p shop-web-1 -- sh -c … cul8er-logs app 10 0'],
    [logsFromCommand(spec, { lines: 5 }), 'exec --project=p shop-web-1 -- sh -c … cul8er-logs-from app 5 '],
    [
      logsFromCommand(spec, { since: 1767322800 }),
      'exec --project=p shop-web-1 -- sh -c … cul8er-logs-from app 100  1767322800',
    ],
    [logsPreviousCommand(spec, { lines: 7 }), 'exec --project=p shop-web-1 -- sh -c … cul8er-logs-previous app 7'],
    [logsPreviousCommand(bare), 'exec --project=p shop-web-1 -- sh -c … cul8er-logs-previous - 100'],
    [
      logsFromCommand(bare, { from: 'journal:s=1;i=2f' }),
      'exec --project=p shop-web-1 -- sh -c … cul8er-logs-from - 100 journal:s=1;i=2f',
    ],
    [
      logsFromCommand({ ...bare, project: null }, { lines: 5, from: 'file:1024' }),
      'exec shop-web-1 -- sh -c … cul8er-logs-from - 5 file:1024',
    ],
    [logsCommand(bare, { follow: true }), 'exec --project=p shop-web-1 -- sh -c … cul8er-logs - 100 1'],
    [
      configureCommand({ ...spec, release: null }, { secrets }),
      'exec --project=p shop-web-1 -- sh -c … cul8er-configure web',
    ],
  ])('%#', ({ args }, line) => {
    expect(brief(args)).toBe(line)
  })

  it.each(['file:', 'file:1a', 'file:$(reboot)', 'journal:a b', 'journal:`id`', 'elsewhere:1', ''])(
    'refuses %j as a position in a log',
    (from) => {
      expect(() => logsFromCommand(spec, { from })).toThrow('is not a position in a log')
    },
  )

  it.each([
    [['bin/go', 'now'], 'bin/go'],
    [['./go'], './go'],
    [['/usr/bin/env', 'x'], ''],
    [['python3', 'main.py'], ''],
  ])('checks the program of %j', (start, program) => {
    const { args } = installCommand({ ...spec, release: { ...spec.release!, start } }, null, { secrets })
    expect(args.at(-1)).toBe(program)
  })

  it('has the same script for every instance, and secrets on standard input alone', () => {
    const command = configureCommand(spec, { secrets })
    expect(command.args).toContain(configureScript)
    const install = installCommand(spec, '/store/x', { secrets })
    expect(install.args).toContain(installScript)
    expect(JSON.stringify([...command.args, ...install.args])).not.toMatch(/hunter2|TOKEN|MODE/)
    expect(command.stdinLabel).toBe('configuration of shop-web-1')
    expect(install).toMatchObject({
      stdin: { file: '/store/x', before: command.stdin },
      stdinLabel: 'configuration of shop-web-1 and release app 1.0.0, 42 bytes',
    })
    expect(installCommand(spec, null, { secrets })).toMatchObject({
      stdin: command.stdin,
      stdinLabel: 'configuration of shop-web-1',
    })
  })

  it('carries what the other side reads back', () => {
    const { stdin } = configureCommand(spec, { secrets })
    expect(decodeConfiguration(stdin as Uint8Array)).toEqual({
      environment: spec.environment,
      secrets: { TOKEN: 'hunter2 \n' },
    })
    const text = Buffer.from(stdin as Uint8Array).toString()
    expect(text.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'env -',
      'secret TOKEN',
      'run -',
      'unit systemd',
      'unit openrc',
      'end -',
      '',
    ])
  })

  it.each([
    ['a release', spec, true, ['configuration of shop-web-1 and release app 1.0.0, 42 bytes']],
    [
      'a release where another may be',
      spec,
      false,
      ['configuration of shop-web-1', 'configuration of shop-web-1 and release app 1.0.0, 42 bytes'],
    ],
    ['environment alone', { ...bare, environment: { A: 'b' } }, false, ['configuration of shop-web-1']],
    ['nothing', bare, true, []],
  ])('has steps for %s', (_, what, fresh, labels) => {
    expect(releaseSteps(what, { fresh }).map(({ stdinLabel }) => stdinLabel)).toEqual(labels)
  })

  it.each([
    ['a name', { release: { ...spec.release!, name: '../up' } }, '"../up" cannot be a release name'],
    ['a version', { release: { ...spec.release!, version: '1/2' } }, '"1/2" cannot be a release version'],
    ['the version current', { release: { ...spec.release!, version: 'current' } }, '"current" cannot be'],
    ['a variable', { environment: { 'a-b': 'x' } }, '"a-b" cannot name an environment variable'],
    ['a variable of ours', { environment: { CUL8ER_RELEASE: 'x' } }, '"CUL8ER_RELEASE" cannot name'],
    ['a NUL byte', { environment: { A: 'x\0hush' } }, 'the value of A contains a NUL byte'],
  ])('refuses %s that cannot be', (_, changes, message) => {
    const refused = expect(() => configureCommand({ ...spec, ...changes }, { secrets: new Map() }))
    refused.toThrowError(
      expect.objectContaining({ code: 'INVALID_TOPOLOGY', message: expect.stringContaining(message) as string }),
    )
    refused.not.toThrowError('hush')
  })
})
