import { Argument, type Command } from '@commander-js/extra-typings'
import { ExitCode } from '../../errors.js'
import { newCommand, type App } from '../command.js'
import type { Cul8er } from '../../client/index.js'
import type { CommandWords, OptionWords } from '../completion.js'
import type { Context } from '../context.js'
import { topologiesIfAny } from '../topologies.js'
import { STRATEGY_NAMES } from './options.js'

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
      print(context, [...inFile, ...(await ifRunning(context, (cul8er) => cul8er.topologies()))])
      return ExitCode.done
    }),
  )

/** Hosts for completion, of the same topologies. */
export const hostNames = (app: App) =>
  newCommand('__hosts', { summary: 'host names for completion', examples: [] }).action(
    app.run(async (context) => {
      const inFile = (await topologiesIfAny(context)).map(({ hosts }) => hosts)
      const deployed = await ifRunning(context, async (cul8er) => {
        const states = await cul8er.states()
        return states.flatMap(({ revisions }) => revisions.map(({ topology }) => topology.hosts))
      })
      print(context, [...inFile, ...deployed].flatMap(Object.keys))
      return ExitCode.done
    }),
  )

/** Resources and instances of what is deployed. */
export const instanceNames = (app: App) =>
  newCommand('__instances', { summary: 'resource and instance names for completion', examples: [] }).action(
    app.run(async (context) => {
      const names = await ifRunning(context, async (cul8er) => {
        const reached = (await cul8er.topologies()).map(async (topology) => {
          const { instances, close } = await cul8er.reach(topology)
          await close()
          return instances
        })
        const found = (await Promise.allSettled(reached)).flatMap((each) =>
          each.status === 'fulfilled' ? each.value : [],
        )
        return found.flatMap(({ name, resource }) => [resource, name])
      })
      print(context, names)
      return ExitCode.done
    }),
  )

/** Snapshots of what is deployed. */
export const snapshotNames = (app: App) =>
  newCommand('__snapshots', { summary: 'snapshot names for completion', examples: [] }).action(
    app.run(async (context) => {
      const names = await ifRunning(context, async (cul8er) => {
        const read = (await cul8er.topologies()).map((topology) => cul8er.snapshots(topology))
        const found = (await Promise.allSettled(read)).flatMap((each) =>
          each.status === 'fulfilled' ? each.value : [],
        )
        return found.map(({ name }) => name)
      })
      print(context, names)
      return ExitCode.done
    }),
  )

/** What is deployed, if a service runs already: nobody waits for the start of one behind the Tab key. */
async function ifRunning<T>(context: Context, ask: (cul8er: Cul8er) => Promise<T[]>): Promise<T[]> {
  const { runningService } = await import('../../service/ensure.js')
  const { serviceHome } = await import('../../service/paths.js')
  return runningService(serviceHome(context.terminal.env)) === null ? [] : context.connected(ask).catch(() => [])
}

const print = ({ terminal }: Context, names: string[]): void =>
  void terminal.stdout.write([...new Set(names)].map((name) => `${name}\n`).join(''))

/** What may stand behind an option. */
const VALUES: Record<string, OptionWords['values']> = {
  '--strategy': STRATEGY_NAMES,
  '--without': { command: 'cul8er __hosts' },
  '--snapshot': { command: 'cul8er __snapshots' },
}

const TAKE_INSTANCES: ReadonlySet<string> = new Set(['exec', 'shell', 'restart', 'logs'])

const wordsOf = (program: Command): CommandWords[] =>
  program.commands
    .filter((command) => !command.name().startsWith('__'))
    .map((command) => ({
      name: command.name(),
      summary: command.description(),
      options: command.options.flatMap(({ long }) => (long == null ? [] : [{ name: long, values: VALUES[long] }])),
      subcommands: command.commands.map((each) => each.name()),
      takesInstances: TAKE_INSTANCES.has(command.name()),
      takesSnapshots: command.name() === 'snapshot',
      takesTopology: command.registeredArguments.some((argument) => argument.name() === 'topology'),
    }))
