import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import type { ExitCode } from '../errors.js'
import { Context, type Terminal } from './context.js'
import { typedOptions } from './typed.js'

/** What commands are registered with. */
export interface App {
  terminal: Terminal
  /** Set by the command that ran. */
  exit: ExitCode
  /** An action that gets its context first and gives the exit code. */
  run<Args extends unknown[]>(
    handler: (context: Context, ...args: Args) => Promise<ExitCode>,
  ): (...args: Args) => Promise<void>
}

export function createApp(terminal: Terminal): App {
  const app: App = {
    terminal,
    exit: 0,
    run:
      (handler) =>
      async (...args) => {
        const command = args.at(-1) as Command
        app.exit = await handler(new Context(terminal, command.optsWithGlobals(), typedOptions(command)), ...args)
      },
  }
  return app
}

export interface About {
  summary: string
  /** Command lines without the leading `cul8er`, each with what it does. */
  examples: [line: string, does: string][]
}

/** A command with examples in its help; the program adds the global options. */
export function newCommand(name: string, { summary, examples }: About): Command {
  return new Command(name)
    .description(summary)
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', () => examplesText(examples))
}

/** The options that may stand before and after every command. */
export function withGlobals(command: Command): Command {
  command.optionsGroup('Global options:')
  command
    .option('--json', 'print one JSON object on standard output, progress on standard error')
    .option('--quiet', 'show no progress')
    .option('-f, --file <file>', 'topology file (default: cul8er.config.ts, .yaml, .json … here)', once)
    .option('--address <host:port>', 'Temporal server (default: TEMPORAL_ADDRESS, else the embedded service)')
    .option('--namespace <name>', 'Temporal namespace')
  return command
}

/** One of two files would be left out without a word. */
function once(value: string, before: string | undefined): string {
  if (before === undefined) return value
  throw new InvalidArgumentError('given twice; expected one file')
}

function examplesText(examples: About['examples']): string {
  if (examples.length === 0) return ''
  const width = Math.max(0, ...examples.map(([line]) => line.length))
  return ['', 'Examples:', ...examples.map(([line, does]) => `  $ cul8er ${line.padEnd(width)}   ${does}`)].join('\n')
}
