import { CommanderError } from 'commander'
import { ExitCode } from '../errors.js'
import { createApp } from './command.js'
import { Context, type Terminal } from './context.js'
import { exitOfError } from './exit.js'
import { createProgram } from './program.js'
import { logLevel } from '../processes/log-level.js'
import { helpAsked, usage } from './words-typed.js'
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
    await program.parseAsync(helpAsked(args, program), { from: 'user' })
    return app.exit
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return ExitCode.done
    // Options may not have been read when the error is in them.
    const context = new Context(terminal, { json: args.includes('--json') })
    // A command that is not whole has shown its help.
    if (thrown instanceof CommanderError && thrown.code === 'commander.help' && !context.json) return ExitCode.usage
    const error = thrown instanceof CommanderError ? usage(thrown, args, program) : asCul8erError(thrown)
    reportError(context, error)
    return exitOfError(error.code)
  }
}
