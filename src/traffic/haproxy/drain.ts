import type { Exchange } from './exchange.js'
import { KEEP_ALIVE_MS } from './global.js'
import { DRAIN } from './scripts.js'

/**
 * Waits until nobody is served by the server any more. A process from before the last load counts too: it may serve old
 * sessions, and for as long as clients may keep an idle connection to it, it may still send the server a request.
 */
export async function drainServer(
  exchange: Exchange,
  server: string,
  { deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal },
): Promise<{ cut: number }> {
  const until = Date.now() + deadlineMs
  const ask = (tries: number, last: string): Promise<string> =>
    exchange.answered(DRAIN, [server, String(tries), String(KEEP_ALIVE_MS / 1000 + 1), last], {
      ...(signal === undefined ? {} : { signal }),
    })
  for (;;) {
    signal?.throwIfAborted()
    const remaining = until - Date.now()
    const [, left, idle] = (await ask(tries(remaining), 'wait')).trim().split(' ')
    if (left === '0' && (idle === 'no' || Date.now() >= until)) return { cut: 0 }
    if (Date.now() >= until) return { cut: Number((await ask(1, 'cut')).trim().split(' ')[1]) }
  }
}

// Short enough that a cancelled wait leaves nothing behind in the edge for long.
const tries = (remainingMs: number): number => Math.min(Math.max(1, Math.floor(remainingMs / 120)), 40)
