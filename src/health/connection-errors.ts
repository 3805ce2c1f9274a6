import { Cul8erError } from '../errors.js'

export interface ConnectionOutcome {
  outcome: 'failure' | 'error'
  message: string
  /** Nobody listens there, the host's network does not lead there, or that of the worker does not; inside it may be another matter. */
  unreached?: 'refused' | 'noRoute' | 'unrouted'
}

/**
 * Whether what went wrong with a connection is the app's failure (refused, reset, silent) or an error of the way there. Goes by
 * errno names, and by the words that SSH uses for them.
 */
export function connectionOutcome(error: unknown): ConnectionOutcome {
  const chain = causes(error)
  const first = chain[0]
  const text = chain.map(({ message }) => message).join(' ')
  const errno = chain.map(errnoOf).find((code) => code !== undefined)
  if (errno === 'ECONNREFUSED' || /connection refused/i.test(text)) {
    return { ...failure('connection refused'), unreached: 'refused' }
  }
  if (errno === 'ECONNRESET' || errno === 'EPIPE' || /socket hang up|connection reset/i.test(text)) {
    return failure('connection closed without a response')
  }
  if (errno !== undefined && NO_ROUTE.includes(errno)) {
    return { outcome: 'error', message: first?.message ?? errno, unreached: isUnrouted(chain) ? 'unrouted' : 'noRoute' }
  }
  if (
    errno?.startsWith('HPE_') ||
    errno?.startsWith('ERR_HTTP2_') ||
    errno === 'EPROTO' ||
    /wrong version number/i.test(text)
  ) {
    return failure(`not the expected protocol (${errno ?? 'TLS'})`)
  }
  if (first instanceof Cul8erError && first.code === 'TIMEOUT') return failure('connection timed out')
  return { outcome: 'error', message: first?.message ?? String(error) }
}

const NO_ROUTE = ['EHOSTUNREACH', 'ENETUNREACH']

/** Whoever asks is not on the host, and has no way to its instances. */
const isUnrouted = (chain: readonly Error[]): boolean =>
  chain.some((error) => error instanceof Cul8erError && error.details?.unrouted === true)

const failure = (message: string): { outcome: 'failure'; message: string } => ({ outcome: 'failure', message })

function causes(error: unknown): Error[] {
  const chain: Error[] = []
  for (let next = error; next instanceof Error && chain.length < 5; next = next.cause) chain.push(next)
  return chain
}

function errnoOf(error: Error): string | undefined {
  const code: unknown = error instanceof Cul8erError ? error.details?.errno : (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : undefined
}
