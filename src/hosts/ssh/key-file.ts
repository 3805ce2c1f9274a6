import { stat } from 'node:fs/promises'
import type { ParsedKey } from 'ssh2'
import { readRegular, Unreadable } from '../../files/read-regular.js'
import { encryptedPublicKey } from './encrypted-key.js'

/** What a key file is good for. */
export type KeyFound =
  | { is: 'key'; key: ParsedKey }
  /** Its public part; null where the file does not tell. */
  | { is: 'encrypted'; publicKey: Buffer | null }
  | { is: 'missing' }
  /** In words that follow its path, and what to do. */
  | { is: 'unfit'; why: string; hint: string }

const LIMIT_BYTES = 64 * 1024
const OTHERS = 0o077

/**
 * Reads a private key.
 * @param passphrase - asked for where the file needs one; null: there is none
 * @throws what `passphrase` throws
 */
export async function readKeyFile(path: string, passphrase: () => Promise<string | null>): Promise<KeyFound> {
  const text = await read(path)
  if (typeof text !== 'string') return text
  const { default: ssh2 } = await import('ssh2')
  const plain = ssh2.utils.parseKey(text)
  if (!(plain instanceof Error)) {
    return plain.isPrivateKey()
      ? { is: 'key', key: plain }
      : { is: 'unfit', why: 'is a public key', hint: 'name the private key: the file without .pub' }
  }
  if (!/passphrase/i.test(plain.message))
    return { is: 'unfit', why: 'is not a private key that cul8er can read', hint: FORMAT }
  const words = await passphrase()
  if (words === null) return { is: 'encrypted', publicKey: await publicKeyOf(path, text) }
  const opened = ssh2.utils.parseKey(text, words)
  return opened instanceof Error
    ? { is: 'unfit', why: 'is not opened by its passphrase', hint: 'correct credentials.ssh.passphrase' }
    : { is: 'key', key: opened }
}

const FORMAT = 'ssh-keygen writes one: `ssh-keygen -t ed25519`; `ssh-keygen -p -f FILE` converts an older one'

async function read(path: string): Promise<string | KeyFound> {
  try {
    const text = (await readRegular(path, LIMIT_BYTES)).toString('utf8')
    // Somebody else who can read it can log in with it.
    if (((await stat(path)).mode & OTHERS) === 0) return text
    return { is: 'unfit', why: 'can be read by others', hint: `run \`chmod 600 ${path}\`` }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return { is: 'missing' }
    return { is: 'unfit', why: error.message, hint: 'make it a file that the user of the worker can read' }
  }
}

/** From the file beside it, or from its own beginning, which is not encrypted. */
async function publicKeyOf(path: string, text: string): Promise<Buffer | null> {
  const beside = await readRegular(`${path}.pub`, LIMIT_BYTES).catch(() => null)
  const [, encoded] = beside?.toString('utf8').trim().split(/\s+/) ?? []
  return encoded === undefined ? encryptedPublicKey(text) : Buffer.from(encoded, 'base64')
}
