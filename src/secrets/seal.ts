import { createHmac } from 'node:crypto'
import { Cul8erError } from '../errors.js'
import type { Sealed } from '../plan/model.js'
import { decrypt, encrypt } from './aes-gcm.js'
import { derivedKey } from './derived-key.js'

/** What a secret is bound to: a box moved to another place does not open. */
export const secretContext = (topology: string, resource: string, name: string): string =>
  `${topology}/${resource}/${name}`

/** Seals a clear value with AES-256-GCM: another box each time, the same digest for the same value. */
export function seal(value: string, key: Uint8Array, context: string): Sealed {
  const { iv, text, tag } = encrypt(Buffer.from(value), derivedKey(key, 'seal'), context)
  const box = ['v1', ...[iv, text, tag].map((part) => part.toString('base64url'))].join(':')
  return { box, digest: secretDigest(value, key, context) }
}

/**
 * The clear value.
 * @throws Cul8erError SECRET_UNRESOLVED when the key or the context is another, or the box was changed
 */
export function open({ box }: Pick<Sealed, 'box'>, key: Uint8Array, context: string): string {
  const [version, iv, text, tag, ...rest] = box.split(':')
  if (version !== 'v1' || iv === undefined || text === undefined || tag === undefined || rest.length > 0) {
    throw new Cul8erError('SECRET_UNRESOLVED', `the sealed secret ${context} has an unknown format`, {
      hint: 'It may come from a newer version; deploy again from a shell that has the secret.',
    })
  }
  try {
    const parts = { iv: bytes(iv), text: bytes(text), tag: bytes(tag) }
    return decrypt(parts, derivedKey(key, 'seal'), context).toString('utf8')
  } catch {
    throw new Cul8erError('SECRET_UNRESOLVED', `the sealed secret ${context} cannot be opened with this key`, {
      hint: 'Give commands and workers the same CUL8ER_SEAL_KEY, then deploy again from a shell that has the secret.',
    })
  }
}

/** `open` with the newest key, or one from before. @throws Cul8erError SECRET_UNRESOLVED as the newest key leads to */
export function openWithAny(
  sealed: Pick<Sealed, 'box'>,
  [newest, ...others]: readonly [Uint8Array, ...Uint8Array[]],
  context: string,
): string {
  try {
    return open(sealed, newest, context)
  } catch (error) {
    const [next, ...rest] = others
    if (next === undefined) throw error
    try {
      return openWithAny(sealed, [next, ...rest], context)
    } catch {
      throw error
    }
  }
}

/** Tells whether a secret changed without telling what it is: 32 hex digits of a keyed HMAC-SHA-256. */
export const secretDigest = (value: string, key: Uint8Array, context: string): string =>
  createHmac('sha256', derivedKey(key, 'digest')).update(`${context}\0${value}`).digest('hex').slice(0, 32)

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
