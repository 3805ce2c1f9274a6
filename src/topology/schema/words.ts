import * as z from 'zod'
import { DURATION, SIZE, parseDuration, parseSize } from '../units.js'

/*
 * The words that the sections of a topology file are made of. The message of an issue is what is allowed there, in
 * words (issues.ts puts what was found before it); of unknown keys it is the list of known ones.
 */

/** A mapping with exactly these keys. */
export const section = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? Object.keys(shape).join(', ')
        : `a mapping of ${Object.keys(shape).join(', ')}`,
  })

/** What a key of the user's own choosing may look like. */
export interface KeyRule {
  pattern: RegExp
  words: string
}

/**
 * Keys of the user's own choosing. The schema takes any, because zod would not look at the value of a wrong key;
 * `check/keys.ts` holds them against the rule.
 */
export const named = <Value extends z.core.$ZodType>(rule: KeyRule, value: Value, what: string) =>
  z
    .record(z.string(), value, { error: `a mapping of ${what}` })
    .meta({ propertyNames: { pattern: rule.pattern.source } })

/** What is allowed where a duration stands. */
export const DURATION_WORDS = "a duration with its unit, such as '500ms', '10s', '5m', '24h'"
/** What is allowed where a size stands. */
export const SIZE_WORDS = "a size with its unit, such as '512MiB', '8GiB', '1TiB'"

/**
 * One of these words.
 * @param later - words that will be among them: they are refused by name
 */
export const oneOf = <const Words extends readonly [string, ...string[]]>(
  words: Words,
  later: readonly string[] = [],
) =>
  z.enum(words, {
    error: ({ input }) => {
      const named = later.find((word) => word === input)
      return `${words.join(', ')}${named === undefined ? '' : `: ${named} is not built yet`}`
    },
  })

/** A duration of `least` ms or more. */
export const duration = (least: 0 | 1 = 1) =>
  z
    .string({ error: DURATION_WORDS })
    .regex(DURATION, { error: DURATION_WORDS, abort: true })
    .refine((text) => (parseDuration(text) ?? -1) >= least, {
      error: least === 0 ? 'a duration of at most ten years' : 'a duration from 1ms to ten years',
    })

/** A size of 1 MiB or more. */
export const size = () =>
  z
    .string({ error: SIZE_WORDS })
    .regex(SIZE, { error: SIZE_WORDS, abort: true })
    .refine((text) => (parseSize(text) ?? 0) >= 1, { error: 'a size from 1MiB to 1048576TiB' })

/** A whole number within bounds, both included. */
export const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

/** A TCP port. */
export const port = () => whole(1, 65_535)

/** Text that becomes an argument or a path: no control characters, and no dash first, which would read as an option. */
export const text = (what: string, most = 4_096) =>
  z
    .string({ error: what })
    .regex(/^[^-\s\p{Cc}][^\p{Cc}]*$/u, { error: what, abort: true })
    .max(most, { error: `${what}, of ${most} characters at most` })

/** As `text`, without spaces. */
export const word = (what: string, most = 1_024) =>
  z
    .string({ error: what })
    .regex(/^[^-\s\p{Cc}][^\s\p{Cc}]*$/u, { error: what, abort: true })
    .max(most, { error: `${what}, of ${most} characters at most` })

/** Name of a topology, host or resource: what remains a valid Incus name when `_` becomes `-`. */
export const NAME: KeyRule = {
  pattern: /^[A-Za-z](?:[A-Za-z0-9_-]{0,53}[A-Za-z0-9])?$/,
  words: 'a name of letters, digits, - and _, a letter first, a letter or digit last, 55 characters at most',
}

/** A name that the file gives to something of its own. */
export const name = () => z.string({ error: NAME.words }).regex(NAME.pattern, { error: NAME.words })

/** A name of a host or resource that is looked up: any text will do, a wrong one is reported with the nearest right one. */
export const reference = (what: string) => z.string({ error: `the name of a ${what}` })

/** Arguments of a command, program first. */
export const command = () =>
  z
    .array(z.string({ error: 'a string' }).regex(/^[^\0]*$/, { error: 'a string without NUL' }), {
      error: "a list of arguments: ['program', 'argument']",
    })
    .min(1, { error: 'a program and its arguments' })

/** What becomes text, as in a device or an option. */
export const scalar = () =>
  z.union([z.string().regex(/^[^\0]*$/, { error: 'a string without NUL' }), z.number(), z.boolean()], {
    error: 'a string, a number, true or false',
  })
