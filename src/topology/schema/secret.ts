import * as z from 'zod'
import { SECRET_SOURCE_NAMES, SECRET_SOURCES, type SecretRef } from '../../secrets/sources/sources.js'
import { named, section, text, type KeyRule } from './words.js'

/** Where a secret comes from; resolved when a deploy needs it, never while a file is read. */
const secretReference = section({
  from: z
    .enum(SECRET_SOURCE_NAMES)
    .describe(SECRET_SOURCES.map(({ name, summary }) => `${name}: ${summary}`).join('; ')),
  key: text('a string without control characters')
    .optional()
    .describe('Variable name, file, command line or Vault path; the key itself when absent (system and vault only)'),
}).describe('Where the secret comes from')

/** What a secret looks like in a file, in words. */
export const SECRET_WORDS = 'secret({ from, key? }), in YAML and JSON { secret: { from: system } }'

/** A secret as it stands among values. */
export const secretValue = z.strictObject({ secret: secretReference }, { error: SECRET_WORDS })

/** Where a secret comes from, in normal form. */
export const normalisedSecret: z.ZodType<SecretRef> = section({
  from: z.enum(SECRET_SOURCE_NAMES),
  key: z.string().nullable(),
})

const VALUE_WORDS = `a string, a number, true, false or ${SECRET_WORDS}`

/**
 * Names of environment variables, as POSIX has them. Ours are none: CUL8ER_RELEASE marks the processes of a release, and
 * CUL8ER_SEAL_KEY opens the secrets of every topology.
 */
export const VARIABLE: KeyRule = {
  pattern: /^(?!CUL8ER_)[A-Za-z_][A-Za-z0-9_]*$/,
  words: "a variable name of letters, digits and _, none of cul8er's own (CUL8ER_…)",
}

/** Variables of an instance: clear ones and secrets. */
export const environment = named(
  VARIABLE,
  z.union(
    [
      z.string().regex(/^[^\0]*$/, { error: 'a string without NUL' }),
      z.number().describe('becomes a string'),
      z.boolean().describe('becomes a string'),
      secretValue,
    ],
    { error: VALUE_WORDS },
  ),
  'variable names to values',
)

const COOKIE_WORDS = `a string or ${SECRET_WORDS}`

/** The cookie of a cluster. */
export const cookie = z.union([z.string().min(1, { error: COOKIE_WORDS }), secretValue], { error: COOKIE_WORDS })
