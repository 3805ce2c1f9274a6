import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/**
 * JSON with object keys in order, so that equal values give equal text. Pure JavaScript on purpose: workflows digest too,
 * and node:crypto does not exist in their sandbox.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

/** sha256 of the canonical JSON, hex, cut to `length` characters. */
export function digestOf(value: unknown, length = 64): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value)))).slice(0, length)
}
