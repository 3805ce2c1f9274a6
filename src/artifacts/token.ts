import { createHash, timingSafeEqual } from 'node:crypto'
import { Cul8erError } from '../errors.js'
import { readPrivate } from '../files/read-private.js'
import { derivedKey } from '../secrets/derived-key.js'

export interface TokenSource {
  env: NodeJS.ProcessEnv
  sealKey: Uint8Array
  formerKeys: readonly Uint8Array[]
}

/**
 * What lets a worker read another one's artifacts: the text of the file CUL8ER_ARTIFACTS_TOKEN_FILE, CUL8ER_ARTIFACTS_TOKEN, or what follows
 * from the seal key, which all workers have. The one that is sent first, then others that are accepted.
 * @throws Cul8erError USAGE for one that is short, PERMISSION for a file that others can read
 */
export async function artifactTokens({ env, sealKey, formerKeys }: TokenSource): Promise<[string, ...string[]]> {
  const file = env.CUL8ER_ARTIFACTS_TOKEN_FILE
  const given = file ? await fromFile(file) : env.CUL8ER_ARTIFACTS_TOKEN
  if (!given) return [derived(sealKey), ...formerKeys.map(derived)]
  if (/^[\x21-\x7e]{16,}$/.test(given)) return [given]
  throw new Cul8erError('USAGE', 'the token for artifacts is no token: expected 16 or more letters, digits and signs', {
    hint: 'make one with: openssl rand -base64 32',
  })
}

async function fromFile(file: string): Promise<string> {
  const text = await readPrivate(file, 'the token', 'make a new one.')
  if (text !== null) return text.trim()
  throw new Cul8erError('USAGE', `CUL8ER_ARTIFACTS_TOKEN_FILE names ${file}, which does not exist`)
}

const derived = (key: Uint8Array): string => derivedKey(key, 'artifacts').toString('base64url')

/** Whether a header names one of the tokens. How long it takes tells nothing of them. */
export function isAdmitted(authorization: string | undefined, tokens: readonly string[]): boolean {
  const said = digest(authorization ?? '')
  return tokens.map((token) => timingSafeEqual(said, digest(`Bearer ${token}`))).includes(true)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
