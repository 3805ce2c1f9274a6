import { z } from 'zod'
import { named, section, text, type KeyRule } from './words.js'

/** Where a secret comes from; resolved when a deploy needs it, never while a file is read. */
export const secretReference = section({
  from: z
    .enum(['system', 'file', 'command', 'vault'])
    .describe(
      'system: an environment variable of the command that starts the operation; file: a file; command: what a command prints; vault: a path in Vault',
    ),
  key: text('a text without control characters')
    .optional()
    .describe('Variable name, file, command line or Vault path; the key itself when absent (system and vault only)'),
}).describe('Where the secret comes from')

const SECRET_WORDS = 'secret({ from, key? }), in YAML and JSON { secret: { from: system } }'

/** A secret as it stands among values. */
export const secret = z.strictObject({ secret: secretReference }, { error: SECRET_WORDS })

const VALUE_WORDS = `a text, a number, true, false or ${SECRET_WORDS}`

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
      z.string().regex(/^[^\0]*$/, { error: 'a text without NUL' }),
      z.number().describe('becomes text'),
      z.boolean().describe('becomes text'),
      secret,
    ],
    { error: VALUE_WORDS },
  ),
  'variable names to values',
)

const COOKIE_WORDS = `a text or ${SECRET_WORDS}`

/** The cookie of a cluster. */
export const cookie = z.union([z.string().min(1, { error: COOKIE_WORDS }), secret], { error: COOKIE_WORDS })
