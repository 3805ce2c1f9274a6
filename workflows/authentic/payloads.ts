import type { temporal } from '@temporalio/proto'
import { defaultPayloadConverter } from '@temporalio/common'
import { decode, encode } from '@temporalio/common/lib/encoding.js'
import { PAYLOAD_KIND, type PayloadKind, type Refused } from '../../src/contracts/index.js'

type Payload = temporal.api.common.v1.IPayload

export function kindIn({ metadata }: Payload): PayloadKind | null {
  const kind = metadata?.[PAYLOAD_KIND]
  return kind == null ? null : (decode(kind) as PayloadKind)
}

/** The payload with what it is made for. */
export const madeAs = (payload: Payload, kind: PayloadKind): Payload => ({
  ...payload,
  metadata: { ...payload.metadata, [PAYLOAD_KIND]: encode(kind) },
})

export const refusedPayload = (reason: string): Payload =>
  madeAs(defaultPayloadConverter.toPayload({ 'cul8er refused': reason } satisfies Refused), 'refused')
