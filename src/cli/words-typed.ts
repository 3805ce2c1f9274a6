import type { CommanderError } from 'commander'
import { Cul8erError } from '../errors.js'
import { nearest } from '../topology/nearest.js'
import { otherWord } from './other-words.js'

/* Command lines that name no command, or not a whole one. */

/** `help hosts drain` as `hosts drain --help`: commander's own help goes one command deep. @throws Cul8erError USAGE */
export function helpAsked(args: string[], program: Commands): string[] {
  const [first, ...words] = args
  if (first !== 'help' || words.length === 0 || words[0]?.startsWith('-') === true) return args
  const path = pathIn(words, program)
  const unknown = words.slice(path.length).find((word) => !word.startsWith('-'))
  const group = path.reduce<Commands>(named, program)
  if (unknown === undefined || (path.length > 0 && group.commands.length === 0)) return [...path, '--help']
  throw unknownCommand(unknown, path, program)
}

/** What commander says of a line, with what was meant: `error: unknown command 'depoy'\n(Did you mean deploy?)`. */
export function usage({ message, code }: CommanderError, args: string[], program: Commands): Cul8erError {
  const path = pathIn(args, program)
  const text = code === 'commander.help' ? 'no command given' : message.replace(/^error: /, '').replace(/\n\s*/g, ' ')
  const [, unknown] = /^unknown command '([^']*)'/.exec(text) ?? []
  const word = unknown ?? misspelt(code, args, program)
  if (word !== undefined) return unknownCommand(word, path, program)
  return new Cul8erError('USAGE', text, { hint: helpHint(path) })
}

/** A group that can do something by itself takes what is misspelt for what that is about: `hosts drian web`. */
function misspelt(code: string, args: string[], program: Commands): string | undefined {
  if (code !== 'commander.excessArguments') return undefined
  const path = pathIn(args, program)
  const { commands } = path.reduce<Commands>(named, program)
  const rest = args.slice(args.indexOf(path.at(-1) ?? '') + 1)
  const names = commands.map((command) => command.name())
  return rest.find((each) => !each.startsWith('-') && nearest(each, names) !== undefined)
}

function unknownCommand(word: string, path: readonly string[], program: Commands): Cul8erError {
  const meant = meantBy(word, path, program)
  const suggestion = meant === undefined ? '' : ` (did you mean ${meant}?)`
  return new Cul8erError('USAGE', `unknown command '${word}'${suggestion}`, { hint: helpHint(path) })
}

/** What a word stands for where no command has that name: one of another tool's, one of a group's, or one that is spelt like it. */
function meantBy(word: string, path: readonly string[], program: Commands): string | undefined {
  const { commands } = path.reduce<Commands>(named, program)
  const other = path.length === 0 ? otherWord(word) : undefined
  const inGroups =
    path.length === 0 ? commands.filter((group) => group.commands.some((each) => each.name() === word)) : []
  if (other !== undefined) return `cul8er ${other}`
  if (inGroups.length > 0) return inGroups.map((group) => `cul8er ${group.name()} ${word}`).join(' or ')
  const shown = commands.map((command) => command.name()).filter((name) => !name.startsWith('__'))
  const near = nearest(word, shown)
  return near === undefined ? undefined : ['cul8er', ...path, near].join(' ')
}

const helpHint = (path: readonly string[]): string =>
  path.length === 0
    ? 'cul8er --help shows commands and options'
    : `cul8er help ${path.join(' ')} shows its options, with examples`

/** What the walk through commands needs of them. */
interface Commands {
  readonly commands: readonly (Commands & { name(): string })[]
}

const named = (group: Commands, name: string): Commands =>
  group.commands.find((command) => command.name() === name) ?? group

/** The commands in a line, each in the one before it. */
function pathIn(args: readonly string[], group: Commands): string[] {
  const at = args.findIndex((word) => group.commands.some((command) => command.name() === word))
  const name = args[at]
  return name === undefined ? [] : [name, ...pathIn(args.slice(at + 1), named(group, name))]
}
