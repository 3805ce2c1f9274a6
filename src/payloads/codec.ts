import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Payload, PayloadCodec, SerializationContext } from '@temporalio/common'
import { PAYLOAD_KIND, PAYLOAD_MAC, SAME_KEY, type PayloadKind, type Refused } from '../contracts/payloads.js'
import { Cul8erError } from '../errors.js'
import { derivedKey } from '../secrets/derived-key.js'
import { isEncrypted } from './encryption.js'

export interface CodecOptions {
  /** The seal key; payloads are authenticated by a key derived from it. */
  key: Uint8Array
  /** Keys from before: what they signed is believed as well. */
  former?: readonly Uint8Array[]
  /**
   * command: what it makes are requests, and an answer that nobody with the key made is an error. worker: what it makes is for what the
   * workflow says; what is not authentic is marked as refused, and the workflow or activity that it is for refuses it.
   */
  side: 'command' | 'worker'
}

/**
 * Authenticates payloads by HMAC-SHA-256, bound to workflow, activity and purpose. Their data stays as it is: the Web UI shows it.
 * Another user of the machine reaches the embedded Temporal's port, but can make nothing that is believed.
 */
export class AuthenticCodec implements PayloadCodec {
  readonly #key: Buffer
  readonly #known: readonly Buffer[]
  readonly #side: CodecOptions['side']

  constructor({ key, former = [], side }: CodecOptions) {
    this.#key = derivedKey(key, 'payloads')
    this.#known = [this.#key, ...former.map((each) => derivedKey(each, 'payloads'))]
    this.#side = side
  }

  async encode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) => {
      const metadata = { ...payload.metadata, [PAYLOAD_KIND]: bytes(this.#kindOf(payload)) }
      return {
        ...payload,
        metadata: { ...metadata, [PAYLOAD_MAC]: macOf(this.#key, { ...payload, metadata }, context) },
      }
    })
  }

  /** @throws Cul8erError PERMISSION on a command's side, for what nobody with the key made */
  async decode(payloads: Payload[], context?: SerializationContext): Promise<Payload[]> {
    return payloads.map((payload) => {
      const reason = this.#wrong(payload, context)
      if (reason === null) return payload
      if (this.#side === 'worker') return refused(reason)
      throw new Cul8erError('PERMISSION', `an answer from the Temporal server was refused: ${reason}`, {
        hint: `${SAME_KEY}; is this the right server?`,
      })
    })
  }

  /** Who makes what counts says so: heartbeats and details of failures are made in the same place as the answer of an activity. */
  #kindOf({ metadata }: Payload): PayloadKind {
    if (this.#side === 'command') return 'request'
    const said = metadata?.[PAYLOAD_KIND]
    return said == null ? 'other' : (text(said) as PayloadKind)
  }

  #wrong(payload: Payload, context?: SerializationContext): string | null {
    const mac = payload.metadata?.[PAYLOAD_MAC]
    if (isEncrypted(payload)) return 'it is encrypted with another key'
    if (mac == null) return 'it is not signed'
    if (!this.#known.some((key) => isSame(mac, macOf(key, payload, context))))
      return 'it was signed with another key, or for another purpose'
    const isRequest = text(payload.metadata?.[PAYLOAD_KIND]) === 'request'
    return this.#side === 'command' && isRequest ? 'it was made by a command' : null
  }
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)

function macOf(key: Buffer, { metadata, data }: Payload, context?: SerializationContext): Buffer {
  const hmac = createHmac('sha256', key)
  // Lengths before the parts: no two lists of parts give the same bytes.
  const add = (part: Uint8Array): void => void hmac.update(`${part.length}:`).update(part)
  for (const place of placeOf(context)) add(bytes(place))
  for (const [name, value] of Object.entries(metadata ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (name === PAYLOAD_MAC) continue
    add(bytes(name))
    add(value)
  }
  add(bytes('data'))
  // protobufjs decodes an absent field as an empty array of numbers.
  add(data == null || data.length === 0 ? EMPTY : data)
  return hmac.digest()
}

function placeOf(context?: SerializationContext): string[] {
  if (context === undefined) return ['none']
  const { type, namespace, workflowId = '' } = context
  return [type, namespace, workflowId, context.type === 'activity' ? (context.activityId ?? '') : '']
}

function refused(reason: string): Payload {
  const said: Refused = { 'cul8er refused': reason }
  return {
    metadata: { encoding: bytes('json/plain'), [PAYLOAD_KIND]: bytes('refused' satisfies PayloadKind) },
    data: bytes(JSON.stringify(said)),
  }
}

const EMPTY = new Uint8Array()
const bytes = (value: string): Uint8Array => Buffer.from(value)
const text = (value?: Uint8Array | null): string => Buffer.from(value ?? []).toString()
