import * as z from 'zod'
import { DEFAULTS } from '../defaults.js'
import type { HookName } from '../hook-names.js'
import { MOST_HOOKS } from '../limits.js'
import { parseDuration } from '../units.js'
import { duration, section } from './words.js'

const COMMAND_WORDS =
  "a program on the PATH or with its absolute path, and its arguments: ['program', 'argument']; nothing else knows the folder"

/** Found by every worker, wherever it was started: what is relative to the folder of a file, no worker finds. */
const PROGRAM = /^(?:\/[^\0]*|[^-\s/\0=][^/\0=]*)$/

/** Arguments of a hook, program first. */
export const hookCommand = () =>
  z
    .array(z.string({ error: 'a string' }).regex(/^[^\0]*$/, { error: 'a string without NUL' }), {
      error: COMMAND_WORDS,
    })
    .min(1, { error: COMMAND_WORDS, abort: true })
    .max(MOST_ARGUMENTS, { error: `${MOST_ARGUMENTS} arguments at most` })
    .refine(([program = '']) => PROGRAM.test(program), { error: COMMAND_WORDS })

const MOST_ARGUMENTS = 100

/** Whoever waits for longer than that starts something, and watches it elsewhere. */
export const LONGEST_HOOK_MS = 24 * 60 * 60_000

/** What a shell would read as more than a part of a word. */
const SHELL = '\\p{Cc}"\'`\\\\|&;<>$*?(){}\\[\\]~#'

/** A hook as one line: split at spaces, and nothing in it that only a shell would understand. */
const LINE = new RegExp(`^(?:/[^ ${SHELL}]*|[^-/= ${SHELL}][^/= ${SHELL}]*)(?: [^${SHELL}]*)?$`, 'u')

const LINE_WORDS =
  "a program on the PATH or with its absolute path, and its arguments, without quotes and what else a shell reads: for those, the list ['program', 'argument'] or ['sh', '-c', '…']"

// Without `abort`, or a union would not say what is wrong with it.
const line = () =>
  z
    .string({ error: LINE_WORDS })
    .regex(LINE, { error: LINE_WORDS })
    .max(4_096, { error: 'a line of 4096 characters at most' })

const KEYS = {
  command: hookCommand().describe(
    'A program and its arguments, which the worker runs on its own machine, without a shell',
  ),
  timeout: duration()
    .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_HOOK_MS, { error: 'a duration from 1ms to 24h' })
    .default(DEFAULTS.hookTimeout)
    .describe('How long it may take; what takes longer is ended, and has failed'),
}

const ENTRY = "a line, a list of arguments ['program', 'argument'], or { command, timeout }"

const FAILS = z
  .boolean({ error: 'true or false' })
  .default(false)
  .describe('Whether its failure takes the operation back: it then runs before the point of no return')

const before = () => z.union([line(), hookCommand(), section(KEYS)], { error: ENTRY })
const after = () => z.union([line(), hookCommand(), section({ ...KEYS, required: FAILS })], { error: ENTRY })

const list = <Entry extends z.ZodType>(entry: Entry, what: string) =>
  z
    .array(entry, { error: 'a list of hooks' })
    .min(1, { error: 'at least one hook' })
    .max(MOST_HOOKS, { error: `${MOST_HOOKS} hooks at most` })
    .optional()
    .meta({ defaultText: 'none', description: what })

/** What is run before and after an operation. */
export const hooks = section({
  beforeDeploy: list(
    before(),
    'Before a deploy that changes something; one that fails ends it before anything changed',
  ),
  afterDeploy: list(after(), 'After a deploy that changed something, when the new version serves everywhere'),
  beforeRollback: list(before(), 'Before a rollback that changes something; with `--force` it goes on where one fails'),
  afterRollback: list(after(), 'After a rollback that changed something'),
  beforeDestroy: list(
    before(),
    'Before everything is removed, also by `ttl`; one that fails ends it before anything changed',
  ),
  afterDestroy: list(before(), 'After everything was removed'),
} satisfies Record<HookName, unknown>)
