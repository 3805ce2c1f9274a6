const MAGIC = 'openssh-key-v1\0'

/** The public part of an encrypted key in OpenSSH's own format (PROTOCOL.key), which stands in it in the clear; null: it is in another one. */
export function encryptedPublicKey(text: string): Buffer | null {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END/.exec(text) ?? []
  const bytes = Buffer.from(body ?? '', 'base64')
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return null
  try {
    // Cipher, derivation and its options; then the number of keys, which is 1.
    const [, , , end] = [0, 1, 2].reduce<number[]>((ends, at) => [...ends, after(bytes, ends[at]!)], [MAGIC.length])
    return bytes.subarray(end! + 8, after(bytes, end! + 4))
  } catch {
    return null
  }
}

/** Where a string with its length before it ends. */
const after = (bytes: Buffer, at: number): number => at + 4 + bytes.readUInt32BE(at)
