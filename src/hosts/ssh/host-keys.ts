import type { ServerHostKeyAlgorithm } from 'ssh2'
import { readRegular, Unreadable } from '../../files/read-regular.js'
import { Cul8erError } from '../../errors.js'
import { fingerprint } from './fingerprint.js'
import { shownHop, type Hop } from './hop.js'
import { knownAs, keysOf, parseKnownHosts, typeOfKey, verdict, type KnownKey } from './known-hosts.js'

const LIMIT_BYTES = 16 * 1024 * 1024

/**
 * The host keys that are known for a machine.
 * @param own - cul8er's own file of them
 * @throws Cul8erError PERMISSION for a file that cannot be read: one could be in it that is revoked
 */
export async function knownKeys(hop: Hop, own: string): Promise<KnownKey[]> {
  const all = await Promise.all([own, ...hop.knownHosts].map(keysIn))
  return keysOf(knownAs(hop), all.flat())
}

async function keysIn(path: string): Promise<KnownKey[]> {
  try {
    return parseKnownHosts((await readRegular(path, LIMIT_BYTES)).toString('utf8'), path)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw new Cul8erError('PERMISSION', `the known host keys in ${path} are not available: it ${error.message}`, {
      hint: 'make it a file that this user can read, or remove it',
    })
  }
}

/** The algorithms to ask a machine for, those first whose keys are known: of several keys it shows one alone. */
export function hostKeyAlgorithms(keys: readonly KnownKey[]): ServerHostKeyAlgorithm[] {
  const known = keys.filter(({ revoked }) => !revoked).flatMap(({ type }) => OF_TYPE[type] ?? [])
  return [...new Set([...known, ...Object.values(OF_TYPE).flat()])]
}

/** By the type of a key what it can sign with. SHA-1 is none of it. */
const OF_TYPE: Record<string, ServerHostKeyAlgorithm[]> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** What is wrong with the key that a machine shows; null: it is the known one. */
export function hostKeyError(host: string, hop: Hop, shown: Buffer, keys: readonly KnownKey[]): Cul8erError | null {
  const key = shown.toString('base64')
  const found = verdict(key, keys)
  if (found.is === 'known') return null
  const whose = `${hop.jump ? `${hop.name}, on the way to host ${host},` : `host ${host}`} (${shownHop(hop)})`
  const details = {
    host,
    machine: knownAs(hop),
    keyType: typeOfKey(key),
    fingerprint: fingerprint(shown),
    key,
  }
  if (found.is === 'unknown') {
    return new Cul8erError(
      'HOST_KEY_UNKNOWN',
      `the host key of ${whose} is not known: it shows ${details.keyType} ${details.fingerprint}`,
      {
        hint: `compare it with the machine's own (\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` there), then run \`cul8er hosts trust ${host}\``,
        details,
      },
    )
  }
  const { file, line } = found.at
  return new Cul8erError(
    'HOST_KEY_CHANGED',
    found.is === 'revoked'
      ? `the host key of ${whose} is revoked by line ${line} of ${file}: ${details.fingerprint}`
      : `the host key of ${whose} is not the known one: it shows ${details.keyType} ${details.fingerprint}, line ${line} of ${file} has ${fingerprint(found.at.key)}`,
    {
      hint: `somebody may be listening in. If the machine was reinstalled, remove line ${line} of ${file} and run \`cul8er hosts trust ${host}\``,
      details: { ...details, file, line },
    },
  )
}
