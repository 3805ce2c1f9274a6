import type { IncomingMessage } from 'node:http'
import { unlessAborted } from '../waiting/unless-aborted.js'
import { printedTooMuch, tookTooLong } from './limits.js'
import { OutputCollector } from './output.js'

/** What Incus says to a request, as its client would print it; of what it does in the background, the operation. */
export interface Answer {
  stdout: string
  stderr: string
  exitCode: number
}

export interface ReadOptions {
  /** Of the command, for messages. */
  verb: string
  signal?: AbortSignal
  timeoutMs: number
  maxOutputBytes: number
}

/**
 * The answer to one request to the REST API; null: it is not one of Incus's.
 * @throws Cul8erError TIMEOUT, OUTPUT_LIMIT; the signal's reason; what `get` and the connection throw; SyntaxError when it is not JSON
 */
export async function readRest(
  get: (signal: AbortSignal) => Promise<IncomingMessage>,
  { verb, signal, timeoutMs, maxOutputBytes }: ReadOptions,
): Promise<Answer | null> {
  const expired = AbortSignal.timeout(timeoutMs)
  const tooMuch = new AbortController()
  const ended = AbortSignal.any([expired, tooMuch.signal, ...(signal === undefined ? [] : [signal])])
  const output = new OutputCollector(maxOutputBytes, () => tooMuch.abort())
  const read = async (): Promise<void> => {
    for await (const chunk of await get(ended)) {
      if (ended.aborted) return
      output.stdout(chunk as Uint8Array)
    }
  }
  try {
    await unlessAborted(read(), ended)
    return answerOf(output.texts().stdout)
  } catch (error) {
    signal?.throwIfAborted()
    if (expired.aborted) throw tookTooLong(verb, timeoutMs)
    if (output.exceeded) throw printedTooMuch(verb, maxOutputBytes)
    throw error
  }
}

/** @throws SyntaxError when it is not JSON */
function answerOf(text: string): Answer | null {
  const body = JSON.parse(text) as { type?: string; metadata?: unknown; error?: string }
  if ((body.type === 'sync' || body.type === 'async') && typeof body.metadata === 'object') {
    return { stdout: JSON.stringify(body.metadata), stderr: '', exitCode: 0 }
  }
  return body.type === 'error' && body.error !== undefined
    ? { stdout: '', stderr: `Error: ${body.error}`, exitCode: 1 }
    : null
}
