import { Command } from '@commander-js/extra-typings'
import { withGlobals, type App } from './command.js'
import { attach } from './commands/attach.js'
import { backup } from './commands/backup.js'
import { backups } from './commands/backups.js'
import { codec } from './commands/codec.js'
import { completion, liveNameCommands } from './commands/completion.js'
import { deploy } from './commands/deploy.js'
import { destroy } from './commands/destroy.js'
import { doctor } from './commands/doctor.js'
import { exec, shell } from './commands/exec.js'
import { history } from './commands/history.js'
import { images } from './commands/images.js'
import { init } from './commands/init.js'
import { hosts } from './commands/hosts.js'
import { metrics } from './commands/later.js'
import { logs } from './commands/logs.js'
import { orphans } from './commands/orphans.js'
import { plan } from './commands/plan.js'
import { rebalance } from './commands/rebalance.js'
import { restart } from './commands/restart.js'
import { restore } from './commands/restore.js'
import { rollback } from './commands/rollback.js'
import { schema } from './commands/schema.js'
import { service } from './commands/service.js'
import { snapshot } from './commands/snapshot.js'
import { snapshots } from './commands/snapshots.js'
import { state } from './commands/state.js'
import { status } from './commands/status.js'
import { abort, pause, promote, resume } from './commands/steering.js'
import { ttl } from './commands/ttl.js'
import { validate } from './commands/validate.js'
import { worker } from './commands/worker.js'

const GROUPS: [heading: string, commands: ((app: App) => unknown)[]][] = [
  ['Deploy:', [init, validate, plan, deploy, status, history, attach, logs, exec, shell, restart, destroy]],
  ['Control the operation in progress:', [promote, abort, pause, resume]],
  ['Go back:', [rollback, snapshot, snapshots, backup, backups, restore]],
  ['Look after:', [ttl, state, orphans, hosts, rebalance, metrics]],
  ['This machine:', [service, worker, codec, images, doctor, schema]],
]

/** The whole command line. Commands load what they need when they run. */
export function createProgram(app: App, version: string): Command {
  const program = new Command('cul8er')
    .description('See you later: durable deployments to Incus, run by Temporal workflows.')
    .version(version, '-V, --version', 'version of cul8er')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'help for a command')
    // `--version` belongs to the command that stands before it: `deploy --version 1.2.0`.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nA first deploy: cul8er init, cul8er plan, cul8er deploy\nEach command has examples: cul8er help deploy',
    )
  for (const [heading, commands] of GROUPS) {
    program.commandsGroup(heading)
    for (const command of commands) program.addCommand(command(app) as Command)
  }
  program.addCommand(completion(app, () => program))
  for (const names of liveNameCommands(app)) program.addCommand(names, { hidden: true })
  return finished(program, app)
}

// What all commands have. Errors are shown by us, as text or as an object.
function finished(command: Command, app: App): Command {
  withGlobals(command)
    // The names of commands leave 36 of 80 columns to their summaries; below 40, commander would not wrap them.
    .configureHelp({ minWidthToWrap: 20 })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => app.terminal.stdout.write(text),
      outputError: () => undefined,
      writeErr: (text) => app.terminal.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  for (const each of command.commands) finished(each as Command, app)
  return command
}
