import type { IncomingMessage } from 'node:http'
import { Cul8erError } from '../errors.js'

/* What Incus answers to a request whose body or answer is streamed. */

/** Why Incus refused, in its words. */
export async function refusalOf(answer: IncomingMessage): Promise<string> {
  const said = (await textOf(answer)).slice(0, 2_000)
  try {
    return (JSON.parse(said) as { error?: string }).error ?? said
  } catch {
    return said === '' ? `HTTP ${answer.statusCode ?? 0}` : said
  }
}

/** Characters that Incus says in answer to a request; more are nothing that it would say. */
const LONGEST_ANSWER = 64 * 1024

/** The beginning of an answer: a host may go on for ever. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    pieces.push(piece)
    length += piece.length
    if (length >= LONGEST_ANSWER) break
  }
  return Buffer.concat(pieces).toString('utf8').slice(0, LONGEST_ANSWER)
}

/**
 * What Incus says of an upload that it took.
 * @param what - `an image`, for messages
 * @throws Cul8erError INCUS for what Incus would not say
 */
export function begun(host: string, what: string, said: string): { operation: string; error: string } {
  try {
    const { operation = '', error = '' } = JSON.parse(said) as { operation?: unknown; error?: unknown }
    if (typeof error === 'string' && error !== '') return { operation: '', error }
    if (typeof operation === 'string' && OPERATION.test(operation)) return { operation, error: '' }
  } catch {
    // As any other answer of no use.
  }
  throw new Cul8erError('INCUS', `host ${host} gave no answer to the upload of ${what} that cul8er can parse`)
}

const OPERATION = /^\/1\.0\/operations\/[\w-]+(\?[\w=&%.-]*)?$/

/** The path that answers when an operation is over. It may name its project at the end. */
export const waitFor = (operation: string): string => operation.replace(/(\?|$)/, '/wait$1')
