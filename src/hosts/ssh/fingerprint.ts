import { createHash } from 'node:crypto'

/** The fingerprint of a public key as OpenSSH shows it: `SHA256:…`. */
export const fingerprint = (key: Buffer | string): string =>
  `SHA256:${createHash('sha256')
    .update(typeof key === 'string' ? Buffer.from(key, 'base64') : key)
    .digest('base64')
    .replace(/=+$/, '')}`
