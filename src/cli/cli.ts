import { CommanderError } from 'commander'
import { Cul8erError, ExitCode } from '../errors.js'
import { createApp } from './command.js'
import { Context, type Terminal } from './context.js'
import { exitOfError } from './exit.js'
import { createProgram } from './program.js'
import { logLevel } from '../processes/log-level.js'
import { otherWord } from './other-words.js'
import { asCul8erError, reportError } from './report-error.js'

/**
 * Runs one command line.
 * @param args - the words after `cul8er`
 * @returns the exit code; never throws
 */
export async function runCli(args: string[], terminal: Terminal, version: string): Promise<ExitCode> {
  const app = createApp(terminal)
  const program = createProgram(app, version)
  try {
    logLevel(terminal.env)
    await program.parseAsync(args, { from: 'user' })
    return app.exit
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return ExitCode.done
    // Options may not have been read when the error is in them.
    const context = new Context(terminal, { json: args.includes('--json') })
    // A command that is not whole has shown its help.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help' && !context.json) return ExitCode.usage
    const error = thrown instanceof CommanderError ? usage(thrown, commandIn(args, program)) : asCul8erError(thrown)
    reportError(context, error)
    return exitOfError(error.code)
  }
}

// commander's texts: `error: unknown command 'depoy'\n(Did you mean deploy?)`.
function usage({ message, code }: CommanderError, command: string | undefined): Cul8erError {
  const text = code === 'commander.help' ? 'no command given' : message.replace(/^error: /, '').replace(/\n\s*/g, ' ')
  // Only where no command stands before it: `service stopp` is another matter.
  const [, unknown = ''] = (command === undefined && /^unknown command '([^']*)'/.exec(text)) || []
  const meant = otherWord(unknown)
  const said = meant === undefined ? text : `unknown command '${unknown}' (did you mean cul8er ${meant}?)`
  return new Cul8erError('USAGE', said, {
    hint:
      command === undefined
        ? 'cul8er --help shows commands and options'
        : `cul8er help ${command} shows its options, with examples`,
  })
}

const commandIn = (args: string[], { commands }: ReturnType<typeof createProgram>): string | undefined =>
  args.find((word) => commands.some((command) => command.name() === word))
