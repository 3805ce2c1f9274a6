import { Agent, request, type IncomingMessage } from 'node:http'
import { printedTooMuch, tookTooLong } from './limits.js'
import { OutputCollector } from './output.js'

/** What Incus says to a read, as its client would print it. */
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

/** Incus's socket, by the client's own rule; `env` is what the client would get. */
export const socketOf = ({ INCUS_SOCKET, INCUS_DIR }: Record<string, string>): string =>
  INCUS_SOCKET ?? `${INCUS_DIR ?? '/var/lib/incus'}/unix.socket`

// A read takes 3 ms this way and 20 ms with a process, which keeps a worker from everything else while it is forked.
const agent = new Agent({ keepAlive: true, maxFreeSockets: 2, timeout: 5_000 })

/** How Incus's socket is reached: at a path of this machine, or by an agent that makes the connections. */
export type SocketWay = { socketPath: string } | { agent: Agent }

/**
 * Reads a path of the REST API over Incus's socket. null: nobody answers there, or not as expected; the client knows why, and says it
 * in its own words.
 * @throws Cul8erError TIMEOUT, OUTPUT_LIMIT, or the signal's reason
 */
export async function readOverSocket(
  way: SocketWay,
  path: string,
  { verb, signal, timeoutMs, maxOutputBytes }: ReadOptions,
): Promise<Answer | null> {
  const expired = AbortSignal.timeout(timeoutMs)
  const tooMuch = new AbortController()
  const ended = AbortSignal.any([expired, tooMuch.signal, ...(signal === undefined ? [] : [signal])])
  const output = new OutputCollector(maxOutputBytes, () => tooMuch.abort())
  try {
    const response = await get({ agent, ...way, path, signal: ended })
    for await (const chunk of response) output.stdout(chunk as Uint8Array)
    return answerOf(output.texts().stdout)
  } catch {
    signal?.throwIfAborted()
    if (expired.aborted) throw tookTooLong(verb, timeoutMs)
    if (output.exceeded) throw printedTooMuch(verb, maxOutputBytes)
    return null
  }
}

const get = (options: {
  socketPath?: string
  path: string
  agent: Agent
  signal: AbortSignal
}): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    request(options, resolve).once('error', reject).end()
  })

/** @throws SyntaxError when it is not JSON */
function answerOf(text: string): Answer | null {
  const body = JSON.parse(text) as { type?: string; metadata?: unknown; error?: string }
  if (body.type === 'sync' && typeof body.metadata === 'object') {
    return { stdout: JSON.stringify(body.metadata), stderr: '', exitCode: 0 }
  }
  return body.type === 'error' && body.error !== undefined
    ? { stdout: '', stderr: `Error: ${body.error}`, exitCode: 1 }
    : null
}
