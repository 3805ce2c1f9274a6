import type { Client } from '@temporalio/client'
import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common'
import type { temporal } from '@temporalio/proto'
import { isBeat, type Doing } from '../contracts/index.js'
import { isReport } from '../ledgers/failures.js'

/** A step under way, as its activity says. */
export interface Underway extends Doing {
  /** It is tried for the n-th time; 1: nothing went wrong so far. */
  attempt: number
  /** Why the attempt before this one failed, in a line. */
  failure?: string
}

type Payloads = temporal.api.common.v1.IPayloads | null | undefined
type Failure = temporal.api.failure.v1.IFailure

/**
 * What the activities of an operation do now, from their heartbeats: nothing of it is in a history. Those of a wide operation's slices are
 * not among them. Anybody who reaches the server can send heartbeats and failures: only what is signed is told.
 */
export async function underway(client: Client, workflowId: string): Promise<Underway[]> {
  const { namespace, loadedDataConverter } = client.options
  const { raw } = await client.workflow.getHandle(workflowId).describe()
  return Promise.all(
    (raw.pendingActivities ?? []).map(async ({ activityId, heartbeatDetails, attempt, lastFailure }) => {
      const context = {
        type: 'activity',
        namespace,
        workflowId,
        activityId: activityId ?? undefined,
        isLocal: false,
      } as const
      const first = (payloads: Payloads): Promise<unknown> =>
        firstOf(payloads, loadedDataConverter.payloadCodecs, context)
      const said = await first(heartbeatDetails)
      return {
        ...(isBeat(said) ? said.doing : {}),
        attempt: attempt ?? 1,
        ...((attempt ?? 1) > 1 && lastFailure != null ? { failure: await reasonOf(lastFailure, first) } : {}),
      }
    }),
  )
}

/** A failure's own words are anybody's, and no words at all where payloads are encrypted: its details have them. */
async function reasonOf(failure: Failure, first: (payloads: Payloads) => Promise<unknown>): Promise<string> {
  if (failure.timeoutFailureInfo != null) return 'its worker did not answer in time'
  const report = await first(failure.applicationFailureInfo?.details)
  if (!isReport(report)) return 'the reason was refused: it is not signed with the key of this home'
  // It stands in a line that is drawn again in place.
  const [line = ''] = report.message.split('\n')
  return line
}

/** null: there is nothing, or nobody with the key made it. */
async function firstOf(
  payloads: Payloads,
  codecs: readonly PayloadCodec[],
  context: Parameters<PayloadCodec['decode']>[1],
): Promise<unknown> {
  const [payload] = payloads?.payloads ?? []
  if (payload === undefined) return null
  let clear = [payload]
  try {
    for (const codec of codecs.toReversed()) clear = await codec.decode(clear, context)
    return clear[0] === undefined ? null : defaultPayloadConverter.fromPayload(clear[0])
  } catch {
    return null
  }
}
