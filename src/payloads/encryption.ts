import type { Payload, PayloadCodec } from '@temporalio/common'
import proto from '@temporalio/proto'
import { decrypt, encrypt, IV_BYTES, TAG_BYTES } from '../secrets/aes-gcm.js'
import { derivedKey } from '../secrets/derived-key.js'

const { Payload: Wire } = proto.temporal.api.common.v1

/** What an encrypted payload says of itself, as the Web UI expects it. */
export const ENCRYPTED = 'binary/encrypted'

/** Kept apart from every other use of the key by more than the derivation. */
const PURPOSE = 'cul8er payload v1'

/**
 * Encrypts payloads as a whole, their metadata too, by AES-256-GCM. Where they belong is not bound here but by the signature inside,
 * so that the Web UI's decoder, which is not told of a place, can open them.
 */
export class EncryptingCodec implements PayloadCodec {
  readonly #key: Buffer
  readonly #known: readonly Buffer[]
  readonly #encrypt: boolean

  /** `former`: keys from before. `encrypt` false: what is encrypted is opened, and nothing made so. */
  constructor({ key, former = [], encrypt }: { key: Uint8Array; former?: readonly Uint8Array[]; encrypt: boolean }) {
    this.#key = derivedKey(key, 'encryption')
    this.#known = [this.#key, ...former.map((each) => derivedKey(each, 'encryption'))]
    this.#encrypt = encrypt
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return this.#encrypt ? payloads.map((payload) => sealed(payload, this.#key)) : payloads
  }

  /** What does not open stays as it is: who reads it refuses it. */
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => {
      if (!isEncrypted(payload)) return payload
      return this.#known.map((key) => opened(payload.data, key)).find((clear) => clear !== null) ?? payload
    })
  }
}

export const isEncrypted = ({ metadata }: Payload): boolean =>
  Buffer.from(metadata?.encoding ?? []).toString() === ENCRYPTED

function sealed(payload: Payload, key: Buffer): Payload {
  const { iv, text, tag } = encrypt(Wire.encode(payload).finish(), key, PURPOSE)
  return { metadata: { encoding: Buffer.from(ENCRYPTED) }, data: Buffer.concat([iv, text, tag]) }
}

/** null: made with another key, or altered. */
function opened(data: Uint8Array | null | undefined, key: Buffer): Payload | null {
  const box = Buffer.from(data ?? [])
  if (box.length < IV_BYTES + TAG_BYTES) return null
  const parts = {
    iv: box.subarray(0, IV_BYTES),
    text: box.subarray(IV_BYTES, -TAG_BYTES),
    tag: box.subarray(-TAG_BYTES),
  }
  try {
    const { metadata, data: inner } = Wire.decode(decrypt(parts, key, PURPOSE))
    return { metadata, data: inner }
  } catch {
    return null
  }
}
