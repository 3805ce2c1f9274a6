import { Argument, type Command } from '@commander-js/extra-typings'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import { LIVE_NAMES, namesCommand, type LiveNames } from '../completion.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** @param program - gives all commands with their options, once they are registered */
export const completion = (app: App, program: () => Command) =>
  newCommand('completion', {
    summary: 'shell completion, with live names of topologies, hosts, revisions and the like',
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/cul8er', 'for bash'],
      ['completion zsh > ~/.zfunc/_cul8er', 'for zsh, with ~/.zfunc in its fpath'],
      ['completion fish > ~/.config/fish/completions/cul8er.fish', 'for fish'],
    ],
  })
    .addArgument(new Argument('<shell>', 'your shell').choices(SHELLS))
    .action(
      app.run(async (context, shell) => {
        const [{ completionScript }, { commandWords, globalWords }] = await Promise.all([
          import('../completion.js'),
          import('../completion-words.js'),
        ])
        const commands = commandWords(program())
        context.terminal.stdout.write(completionScript(shell, commands, globalWords(program())))
        return ExitCode.done
      }),
    )

/** The hidden commands that print names when Tab is pressed. */
export const liveNameCommands = (app: App) => LIVE_NAMES.map((kind) => liveNameCommand(app, kind))

const liveNameCommand = (app: App, kind: LiveNames) =>
  newCommand(namesCommand(kind), { summary: `names of ${kind} for completion`, examples: [] })
    .argument('[typed...]', 'what was typed so far, after --')
    .action(
      app.run(async ({ terminal }, typed) => {
        const { liveNames } = await import('../live-names.js')
        const names = await liveNames(kind, terminal, typed)
        terminal.stdout.write(names.map((name) => `${name}\n`).join(''))
        return ExitCode.done
      }),
    )
