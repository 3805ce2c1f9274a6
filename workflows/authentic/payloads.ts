import type { temporal } from '@temporalio/proto'
import { defaultPayloadConverter } from '@temporalio/common'
import { decode, encode } from '@temporalio/common/lib/encoding.js'
import {
  PAYLOAD_HISTORY,
  PAYLOAD_KIND,
  PAYLOAD_RUN,
  type PayloadKind,
  type Refused,
} from '../../src/contracts/index.js'

type Payload = temporal.api.common.v1.IPayload

export function kindIn({ metadata }: Payload): PayloadKind | null {
  const kind = metadata?.[PAYLOAD_KIND]
  return kind == null ? null : (decode(kind) as PayloadKind)
}

/** The run that made it, if it says so. */
export function runIn({ metadata }: Payload): string | null {
  const run = metadata?.[PAYLOAD_RUN]
  return run == null ? null : decode(run)
}

/** The history whose question it answers, if it says so. */
export function historyOf({ metadata }: Payload): string | null {
  const history = metadata?.[PAYLOAD_HISTORY]
  return history == null ? null : decode(history)
}

/** The payload with what it is made for, and by which run where that counts. */
export const madeAs = (payload: Payload, kind: PayloadKind, run?: string): Payload => ({
  ...payload,
  metadata: {
    ...payload.metadata,
    [PAYLOAD_KIND]: encode(kind),
    ...(run === undefined ? {} : { [PAYLOAD_RUN]: encode(run) }),
  },
})

export const refusedPayload = (reason: string): Payload =>
  madeAs(defaultPayloadConverter.toPayload({ 'cul8er refused': reason } satisfies Refused), 'refused')
