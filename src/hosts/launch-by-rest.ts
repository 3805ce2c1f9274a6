import type { IncusCommand } from '../incus/command.js'
import type { CommandResult, RunOptions } from './executor.js'
import { launchRequests, type RestRequest } from './launch-requests.js'
import { DEFAULT_OUTPUT_BYTES, DEFAULT_TIMEOUT_MS } from './limits.js'
import type { ReadOptions } from './rest.js'
import { readOverSocket, sendOverSocket, type SocketWay } from './socket.js'

/**
 * Launches an instance by Incus's socket, as the client does and without its process. null: the client has to do it, or to say in its own
 * words why Incus refuses.
 * @throws Cul8erError TIMEOUT, or the signal's reason
 */
export async function launchByRest(
  way: SocketWay,
  command: IncusCommand,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES }: RunOptions,
): Promise<(CommandResult & { exitCode: number }) | null> {
  const requests = launchRequests(command)
  if (requests === null) return null
  signal?.throwIfAborted()
  const startedAt = performance.now()
  const left = (): ReadOptions => ({
    ...{ verb: 'launch', timeoutMs: Math.max(1, timeoutMs - (performance.now() - startedAt)), maxOutputBytes },
    ...(signal === undefined ? {} : { signal }),
  })
  for (const request of requests) {
    const error = await carriedOut(way, request, left)
    if (error === null) return null
    if (error !== '')
      return { stdout: '', stderr: `Error: ${error}`, exitCode: 1, durationMs: performance.now() - startedAt }
  }
  return { stdout: '', stderr: '', exitCode: 0, durationMs: performance.now() - startedAt }
}

/** Why it failed; '': it did not. null: Incus did not begin it, or nobody knows how it ended. */
async function carriedOut(way: SocketWay, request: RestRequest, left: () => ReadOptions): Promise<string | null> {
  const begun = await sendOverSocket(way, request, left())
  if (begun?.exitCode !== 0) return null
  const { id } = JSON.parse(begun.stdout) as { id: string }
  const ended = await readOverSocket(way, `/1.0/operations/${id}/wait`, left())
  return ended?.exitCode === 0 ? (JSON.parse(ended.stdout) as { err: string }).err : null
}
