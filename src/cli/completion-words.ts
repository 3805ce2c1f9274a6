import { Command, type Argument, type Option } from '@commander-js/extra-typings'
import { withGlobals } from './command.js'
import { STRATEGY_NAMES } from './commands/options.js'
import type { Candidates, CommandWords, LiveNames, OptionWords } from './completion.js'

/** All commands with what may stand behind them, as they are registered. */
export const commandWords = (program: Command): CommandWords[] => {
  const shown = program.commands.filter((command) => !command.name().startsWith('__')) as Command[]
  const help: CommandWords = {
    path: 'help',
    summary: 'help for a command',
    options: [],
    subcommands: [],
    operands: [{ kind: 'words', words: shown.map((command) => command.name()) }],
  }
  return [...shown.flatMap((command) => wordsOf(command, [])), help]
}

/** The options that may stand before and after every command. */
export const globalWords = (program: Command): OptionWords[] =>
  optionWords(program).filter(({ name }) => isGlobal(name))

function wordsOf(command: Command, above: readonly string[]): CommandWords[] {
  const path = [...above, command.name()]
  const subcommands = command.commands as Command[]
  return [
    {
      path: path.join(' '),
      summary: command.description(),
      options: optionWords(command).filter(({ name }) => !isGlobal(name)),
      subcommands: subcommands.map((each) => each.name()),
      operands: command.registeredArguments.flatMap((argument) => operands(path.join(' '), argument)),
    },
    ...subcommands.flatMap((each) => wordsOf(each, path)),
  ]
}

const optionWords = (command: Command): OptionWords[] =>
  (command.options as Option[]).flatMap((option) => {
    const { long, short, argChoices } = option
    if (long === undefined) return []
    const takesValue = option.required || option.optional
    return [
      {
        name: long,
        ...(short === undefined ? {} : { short }),
        ...(takesValue ? { values: argChoices === undefined ? (OPTIONS[long] ?? ANYTHING) : words(argChoices) } : {}),
      },
    ]
  })

function operands(path: string, argument: Argument): Candidates[] {
  const choices = argument.argChoices
  if (choices !== undefined) return [words(choices)]
  return OPERANDS[`${path} ${argument.name()}`] ?? OPERANDS[argument.name()] ?? []
}

const words = (list: readonly string[]): Candidates => ({ kind: 'words', words: list })
const names = (of: LiveNames): Candidates => ({ kind: 'names', names: of })
const ANYTHING: Candidates = { kind: 'anything' }

/** What stands behind an option; one that is missing here takes anything. */
const OPTIONS: Readonly<Record<string, Candidates>> = {
  '--artifacts': { kind: 'files', of: 'any' },
  '--file': { kind: 'files', of: 'topology' },
  '--from': names('backups'),
  '--from-replica': names('hosts'),
  '--host': names('hosts'),
  '--image': names('images'),
  '--operation': names('operations'),
  '--out': { kind: 'files', of: 'any' },
  '--token-file': { kind: 'files', of: 'any' },
  '--plan': { kind: 'files', of: 'any' },
  '--resource': names('resources'),
  '--site': names('sites'),
  '--since': words(['10m', '1h', '24h']),
  '--snapshot': names('snapshots'),
  '--strategy': words(STRATEGY_NAMES),
  '--to': names('revisions'),
  '--without': names('hosts'),
}

/** What stands behind a command, by the name of its argument, or by the command's and its argument's. */
const OPERANDS: Readonly<Record<string, Candidates[]>> = {
  topology: [names('topologies')],
  resource: [names('instances')],
  operation: [names('operations')],
  file: [{ kind: 'files', of: 'any' }],
  'exec words': [names('instances')],
  'shell words': [names('instances')],
  'restart names': [names('instances')],
  'images refresh names': [names('images')],
  'snapshot delete name': [names('topologies'), names('snapshots')],
  'ttl set duration': [names('topologies')],
  host: [names('hosts')],
}

const GLOBAL: ReadonlySet<string> = new Set(withGlobals(new Command()).options.map(({ long }) => long ?? ''))
const isGlobal = (name: string): boolean => GLOBAL.has(name)
