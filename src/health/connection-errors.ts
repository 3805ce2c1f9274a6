import { Cul8erError } from '../errors.js'

/**
 * Whether what went wrong with a connection is the app's failure (refused, reset, silent) or an error of the way there. Goes by
 * errno names, and by the words that SSH uses for them.
 */
export function connectionOutcome(error: unknown): { outcome: 'failure' | 'error'; message: string } {
  const chain = causes(error)
  const text = chain.map(({ message }) => message).join(' ')
  const errno = chain.map(errnoOf).find((code) => code !== undefined)
  if (errno === 'ECONNREFUSED' || /connection refused/i.test(text)) return failure('connection refused')
  if (errno === 'ECONNRESET' || errno === 'EPIPE' || /socket hang up|connection reset/i.test(text)) {
    return failure('connection closed without an answer')
  }
  if (errno?.startsWith('HPE_') || errno === 'EPROTO' || /wrong version number/i.test(text)) {
    return failure(`not the protocol expected (${errno ?? 'TLS'})`)
  }
  const first = chain[0]
  if (first instanceof Cul8erError && first.code === 'TIMEOUT') return failure('no connection in time')
  return { outcome: 'error', message: first?.message ?? String(error) }
}

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
