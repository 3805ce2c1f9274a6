import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Option } from '@commander-js/extra-typings'
import { ExitCode } from '../../errors.js'
import { distFolder } from '../../service/build-stamp.js'
import { serviceHome } from '../../service/paths.js'
import { serviceMain } from '../../service/ensure.js'
import type { Scope, UnitName } from '../../service/systemd/units.js'
import { newCommand, type App } from '../command.js'
import type { Context } from '../context.js'

export const serviceInstall = (app: App) =>
  newCommand('install', {
    summary: 'write a systemd unit, so that the service runs from the start of the machine',
    examples: [
      ['service install', 'for this user; for root, that of the machine'],
      ['service install --worker --address temporal.example.com:7233', 'of cul8er worker, for a cluster of your own'],
    ],
  })
    .addOption(workerOption())
    .addOption(userOption())
    .addOption(systemOption())
    .action(
      app.run(async (context, options) => {
        const [{ unitFile, writeUnit }, units] = await Promise.all([
          import('../../service/systemd/installed.js'),
          import('../../service/systemd/units.js'),
        ])
        const { name, scope } = meant(options)
        const { env } = context.terminal
        const environment = units.unitEnvironment(await environmentOf(context))
        const file = unitFile(name, scope, env)
        const environmentFile = variablesFile(scope, env)
        const text =
          options.worker === true
            ? units.workerUnit({ scope, command: workerCommand(context), environment, environmentFile })
            : units.serviceUnit({ scope, command: serviceCommand(), environment })
        const changed = await writeUnit(file, text)
        const notes = options.worker === true ? workerNotes(context, environmentFile) : await serviceNotes(env)
        const next = nextCommands(name, scope)
        context.answer(
          { unit: name, scope, file, changed, next, notes },
          [
            `${context.colors.green('✔')} ${changed ? 'wrote' : 'nothing to change in'} ${file}`,
            ...notes.map((note) => `${context.colors.yellow('!')} ${note}`),
            ...next.map((line) => `${context.colors.cyan('→')} ${line}`),
          ].join('\n'),
        )
        return ExitCode.done
      }),
    )

export const serviceUninstall = (app: App) =>
  newCommand('uninstall', {
    summary: 'remove the systemd unit that service install wrote; stops it',
    examples: [
      ['service uninstall', 'the home stays, and the next command starts the service without systemd'],
      ['service uninstall --worker', 'that of cul8er worker'],
    ],
  })
    .addOption(workerOption())
    .addOption(userOption())
    .addOption(systemOption())
    .action(
      app.run(async (context, options) => {
        const { removeUnit, unitFile } = await import('../../service/systemd/installed.js')
        const { name, scope } = meant(options)
        const file = unitFile(name, scope, context.terminal.env)
        const removed = await removeUnit(file, name, scope)
        const next = removed ? [systemctl(scope, 'daemon-reload')] : []
        context.answer(
          { unit: name, scope, file, removed, next },
          [
            removed ? `${context.colors.green('✔')} removed ${file}` : `there is no ${file}`,
            ...next.map((line) => `${context.colors.cyan('→')} ${line}`),
          ].join('\n'),
        )
        return ExitCode.done
      }),
    )

const workerOption = () => new Option('--worker', 'of cul8er worker, for a Temporal cluster of your own')
const userOption = () => new Option('--user', "a unit of this user's systemd (default, except for root)")
const systemOption = () =>
  new Option('--system', "a unit of the machine's systemd, in /etc/systemd/system (default for root)").conflicts('user')

interface InstallOptions {
  worker?: boolean
  user?: boolean
  system?: boolean
}

function meant({ worker, user, system }: InstallOptions): { name: UnitName; scope: Scope } {
  const forMachine = system === true || (user !== true && process.getuid?.() === 0)
  return { name: worker === true ? 'cul8er-worker.service' : 'cul8er.service', scope: forMachine ? 'system' : 'user' }
}

async function environmentOf({ terminal: { env } }: Context): Promise<Record<string, string>> {
  const { unitEnvironment } = await import('../../processes/environment.js')
  return { ...unitEnvironment(env), CUL8ER_HOME: serviceHome(env) }
}

const serviceCommand = (): string[] => [process.execPath, '--enable-source-maps', serviceMain()]

const workerCommand = ({ options: { address, namespace } }: Context): string[] => [
  process.execPath,
  join(distFolder, '..', 'bin', 'cul8er'),
  'worker',
  ...(address === undefined ? [] : ['--address', address]),
  ...(namespace === undefined ? [] : ['--namespace', namespace]),
]

/** Variables of a worker that are secret, or that change. */
const variablesFile = (scope: Scope, env: NodeJS.ProcessEnv): string =>
  scope === 'system'
    ? '/etc/cul8er/worker.env'
    : join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'cul8er', 'worker.env')

function workerNotes({ options, terminal: { env } }: Context, file: string): string[] {
  const needed = [
    ...(options.address === undefined && !env.TEMPORAL_PROFILE ? ['TEMPORAL_ADDRESS=HOST:PORT'] : []),
    'CUL8ER_SEAL_KEY=…',
  ]
  return existsSync(file) ? [] : [`write ${file} with mode 600 first: ${needed.join(' and ')}, a line each`]
}

async function serviceNotes(env: NodeJS.ProcessEnv): Promise<string[]> {
  const [{ runningService }, { findTemporal }] = await Promise.all([
    import('../../service/ensure.js'),
    import('../../service/binary.js'),
  ])
  const needsTemporal = findTemporal(env) === null
  const running = runningService(serviceHome(env)) !== null
  return [
    ...(needsTemporal ? ['the Temporal server is not installed yet: cul8er service start installs it'] : []),
    ...(running || needsTemporal ? ['before systemd can start it: cul8er service stop'] : []),
  ]
}

const nextCommands = (name: UnitName, scope: Scope): string[] => [
  `${systemctl(scope, 'daemon-reload')} && ${systemctl(scope, `enable --now ${name}`)}`,
  ...(scope === 'user' ? ['loginctl enable-linger, so that it runs while you are not logged in'] : []),
]

const systemctl = (scope: Scope, words: string): string => `systemctl ${scope === 'user' ? '--user ' : ''}${words}`
