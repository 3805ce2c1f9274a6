import { Argument, type Command } from '@commander-js/extra-typings'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { CommandWords } from '../completion.js'
import { topologiesIfAny } from '../topologies.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** @param program - gives all commands with their options, once they are registered */
export const completion = (app: App, program: () => Command) =>
  newCommand('completion', {
    summary: 'shell completion, with live topology names',
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/cul8er', 'for bash'],
      ['completion fish > ~/.config/fish/completions/cul8er.fish', 'for fish'],
    ],
  })
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action(
      app.run(async (context, shell) => {
        const { completionScript } = await import('../completion.js')
        context.terminal.stdout.write(completionScript(shell, wordsOf(program())))
        return ExitCode.done
      }),
    )

/** Names for completion: of the file, and of what is deployed if the service runs. Quiet, quick, and never failing. */
export const topologyNames = (app: App) =>
  newCommand('__topologies', { summary: 'topology names for completion', examples: [] }).action(
    app.run(async (context) => {
      const inFile = (await topologiesIfAny(context)).map(({ name }) => name)
      const { runningService } = await import('../../service/ensure.js')
      const { serviceHome } = await import('../../service/paths.js')
      const running = runningService(serviceHome(context.terminal.env))
      const deployed = running === null ? [] : await context.connected((cul8er) => cul8er.topologies()).catch(() => [])
      context.terminal.stdout.write([...new Set([...inFile, ...deployed])].map((name) => `${name}\n`).join(''))
      return ExitCode.done
    }),
  )

const wordsOf = (program: Command): CommandWords[] =>
  program.commands
    .filter((command) => !command.name().startsWith('__'))
    .map((command) => ({
      name: command.name(),
      summary: command.description(),
      options: command.options.flatMap(({ long }) => long ?? []),
      subcommands: command.commands.map((each) => each.name()),
      takesTopology: command.registeredArguments.some((argument) => argument.name() === 'topology'),
    }))
