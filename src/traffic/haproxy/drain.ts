import { Cul8erError } from '../../errors.js'
import { storedTopologies, type Exchange } from './exchange.js'
import { KEEP_ALIVE_MS } from './global.js'
import { DRAIN } from './scripts.js'

/**
 * Waits until nobody is served by the server any more. A process from before the last load counts too: it may serve old
 * sessions, and for as long as clients may keep an idle connection to it, it may still send the server a request.
 */
export async function drainServer(
  exchange: Exchange,
  { topology, server }: { topology: string; server: string },
  { deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal },
): Promise<{ cut: number }> {
  const until = Date.now() + deadlineMs
  const ask = async (tries: number, last: string): Promise<string[]> => {
    const words = [server, String(tries), String(KEEP_ALIVE_MS / 1000 + 1), last]
    const said = (await exchange.answered(DRAIN, words, { ...(signal === undefined ? {} : { signal }) }))
      .trim()
      .split('\n')
    const sessions = said.at(-1) ?? ''
    // An answer that did not arrive whole is asked for again.
    if (!/^(left|cut) /.test(sessions)) return []
    expectDrained(said, topology, server)
    return sessions.split(' ')
  }
  for (;;) {
    signal?.throwIfAborted()
    const remaining = until - Date.now()
    const [, left, idle] = await ask(tries(remaining), 'wait')
    if (left === '0' && (idle === 'no' || Date.now() >= until)) return { cut: 0 }
    if (Date.now() >= until) return { cut: Number((await ask(1, 'cut'))[1] ?? 0) }
  }
}

function expectDrained(said: readonly string[], topology: string, server: string): void {
  const pools = storedTopologies(said).find((stored) => stored.topology === topology)?.pools ?? []
  const own = pools.flatMap(({ servers }) => servers).filter(({ name }) => name === server)
  if (own.some(({ state }) => state === 'ready')) {
    throw new Cul8erError('EDGE', `${server} still takes traffic, so it cannot drain`, {
      hint: "apply routes in which its state is 'drain' first",
    })
  }
}

// Short enough that a cancelled wait leaves nothing behind in the edge for long.
const tries = (remainingMs: number): number => Math.min(Math.max(1, Math.floor(remainingMs / 120)), 40)
