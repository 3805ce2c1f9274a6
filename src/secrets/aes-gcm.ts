import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D: 96 bits, drawn for each box; a tag of 128. */
export const IV_BYTES = 12
export const TAG_BYTES = 16

export interface Box {
  iv: Buffer
  text: Buffer
  tag: Buffer
}

/** Encrypts with AES-256-GCM: another box each time. `bound`: what it opens with besides the key. */
export function encrypt(clear: Uint8Array, key: Uint8Array, bound: string): Box {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(bound))
  return { iv, text: Buffer.concat([cipher.update(clear), cipher.final()]), tag: cipher.getAuthTag() }
}

/** @throws Error when the key, or what it is bound to, is another, or the box was changed */
export function decrypt({ iv, text, tag }: Box, key: Uint8Array, bound: string): Buffer {
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(bound)).setAuthTag(tag)
  return Buffer.concat([decipher.update(text), decipher.final()])
}
