import { parseArgs, type ParseArgsConfig } from 'node:util'
import { Refusal } from './texts.js'

/** One command line, taken apart. */
export interface Words {
  /** `start`, `config device add`, … */
  verb: string
  project: string
  operands: string[]
  /** Every value given for an option. */
  values: (option: string) => string[]
  has: (flag: string) => boolean
  /** `incus exec`: what runs inside. */
  inside: string[]
}

/**
 * Takes apart the words after `incus`.
 * @throws Refusal as the client does for what it does not know
 */
export function takeApart(args: readonly string[]): Words {
  const verb = verbOf(args)
  if (verb === null) throw new Refusal(`unknown command "${args[0] ?? ''}" for "incus"`)
  const rest = args.slice(verb.split(' ').length)
  const split = verb === 'exec' ? rest.indexOf('--') : -1
  const { values, positionals } = parse(split === -1 ? rest : rest.slice(0, split))
  return {
    verb: verb === 'init' ? 'create' : verb,
    project: typeof values.project === 'string' ? values.project : 'default',
    operands: split === -1 && verb === 'exec' ? positionals.slice(0, 1) : positionals,
    values: (option) => [values[option] ?? []].flat().map(String),
    has: (flag) => values[flag] === true,
    inside: split === -1 ? (verb === 'exec' ? positionals.slice(1) : []) : rest.slice(split + 1),
  }
}

function verbOf(args: readonly string[]): string | null {
  const groups = [args.slice(0, 4), args.slice(0, 3), args.slice(0, 2), args.slice(0, 1)].map((words) =>
    words.join(' '),
  )
  return groups.find((words) => VERBS.has(words)) ?? null
}

const VERBS = new Set([
  ...['create', 'init', 'launch', 'start', 'stop', 'delete', 'list', 'exec', 'copy', 'move'],
  ...['query', 'console', 'config set', 'config show'],
  ...['config device add', 'config device remove', 'config device set', 'config device override'],
  ...['snapshot create', 'snapshot restore', 'snapshot delete'],
  ...['image import', 'image list', 'image alias delete'],
  ...['project create', 'project delete', 'storage list'],
  ...['storage volume create', 'storage volume set', 'storage volume delete', 'storage volume snapshot create'],
  'storage volume copy',
  ...['storage volume snapshot restore', 'storage volume snapshot delete'],
  ...['profile create', 'profile delete', 'profile assign'],
])

const string = { type: 'string' } as const
const strings = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

const OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  config: { ...strings, short: 'c' },
  device: { ...strings, short: 'd' },
  profile: { ...strings, short: 'p' },
  env: strings,
  alias: strings,
  ...Object.fromEntries(
    [
      'project',
      'format',
      'storage',
      'type',
      'description',
      'timeout',
      'cwd',
      'user',
      'group',
      'request',
      'data',
      'mode',
    ].map((name) => [name, string]),
  ),
  ...Object.fromEntries(
    [
      'vm',
      'empty',
      'quiet',
      'all-projects',
      'force',
      'stateless',
      'instance-only',
      'refresh',
      'wait',
      'reuse',
      'raw',
    ].map((name) => [name, { ...flag, ...(name === 'force' ? { short: 'f' } : {}) }]),
  ),
}

function parse(args: string[]): {
  values: Record<string, string | boolean | (string | boolean)[] | undefined>
  positionals: string[]
} {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const unknown = /Unknown option '(-[^']*)'/.exec((error as Error).message)?.[1]
    throw new Refusal(unknown === undefined ? (error as Error).message : `unknown flag: ${unknown}`)
  }
}

/** `key=value` words as an object. */
export const pairs = (words: string[]): Record<string, string> =>
  Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]))
