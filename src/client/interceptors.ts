import { messageOf } from '../errors.js'
import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor, type ConnectionOptions } from '@temporalio/client'

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number]
type Call = ReturnType<Interceptor>

/** gRPC's status code of a call that its caller gave up. */
const CANCELLED = 1

/**
 * What a connection to Temporal passes its calls through: they are tried again as by default, but one that is due
 * when the connection has been closed ends as cancelled. gRPC throws there instead, and where a timer makes the call,
 * nobody can catch it.
 */
export const interceptors = (): Interceptor[] => [makeGrpcRetryInterceptor(defaultGrpcRetryOptions()), endsWhenClosed]

const endsWhenClosed: Interceptor = (options, nextCall) => {
  try {
    return nextCall(options) as Call
  } catch (cause) {
    return endedCall(cause)
  }
}

/** A call that ends as cancelled as soon as it is started. */
function endedCall(cause: unknown): Call {
  const details = messageOf(cause)
  const call = {
    start: (metadata, listener) => {
      listener?.onReceiveMessage?.(null)
      listener?.onReceiveStatus?.({ code: CANCELLED, details, metadata })
    },
    sendMessage: () => undefined,
    sendMessageWithContext: () => undefined,
    halfClose: () => undefined,
    cancelWithStatus: () => undefined,
    getPeer: () => '',
  } satisfies Partial<Call>
  return call as unknown as Call
}
