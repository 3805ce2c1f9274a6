import { hkdfSync } from 'node:crypto'
import { Cul8erError } from '../errors.js'

/** The key of a backup, as its owner keeps it. */
export interface BackupKey {
  bytes: Uint8Array
  /** Tells keys apart without telling anything of them: 8 hex digits. */
  id: string
}

const KEY_BYTES = 32

/**
 * Reads the key that a secret holds.
 * @param place - `resources.db.backup.key`, for messages; the value is in none
 * @throws Cul8erError SECRET_UNRESOLVED
 */
export function backupKey(text: string, place: string): BackupKey {
  const bytes = Buffer.from(text.trim(), 'base64')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text.trim()) || bytes.length !== KEY_BYTES) {
    throw new Cul8erError('SECRET_UNRESOLVED', `${place} is not a key: expected ${KEY_BYTES} bytes in base64`, {
      hint: 'make one with: openssl rand -base64 32 – and keep it elsewhere as well: without it no backup can be read',
    })
  }
  return { bytes, id: derived(bytes, 'key id').toString('hex').slice(0, 8) }
}

/** A key for one use, from the key of a backup (HKDF, RFC 5869). `salt`: fresh for each use that encrypts. */
export const derived = (key: Uint8Array, use: string, salt: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.from(hkdfSync('sha256', key, salt, `cul8er backup v1\0${use}`, KEY_BYTES))
