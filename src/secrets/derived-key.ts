import { hkdfSync } from 'node:crypto'

/** Bytes of the key that others are derived from, and of those. */
export const KEY_BYTES = 32

/** One key file, several uses: HKDF (RFC 5869) keeps the key of one from being that of another. */
export const derivedKey = (
  key: Uint8Array,
  use: 'seal' | 'digest' | 'payloads' | 'encryption' | 'decoder' | 'files' | 'owner' | 'sites' | 'artifacts',
): Buffer => Buffer.from(hkdfSync('sha256', key, new Uint8Array(), `cul8er ${use} v1`, KEY_BYTES))
