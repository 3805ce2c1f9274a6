import type { IncusCommand } from '../incus/command.js'
import type { CommandResult, RunOptions } from './executor.js'
import { DEFAULT_OUTPUT_BYTES, DEFAULT_TIMEOUT_MS } from './limits.js'
import { restPath } from './rest-path.js'
import { readOverSocket, type SocketWay } from './socket.js'

/**
 * Asks Incus itself for what a command only reads. null: it has to be run.
 * @throws as readOverSocket does
 */
export async function readByRest(
  way: SocketWay,
  command: IncusCommand,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES, onStdout }: RunOptions,
): Promise<(CommandResult & { exitCode: number }) | null> {
  const path = onStdout === undefined ? restPath(command) : null
  if (path === null) return null
  signal?.throwIfAborted()
  const startedAt = performance.now()
  const answer = await readOverSocket(way, path, {
    verb: command.args[0] ?? '',
    timeoutMs,
    maxOutputBytes,
    ...(signal === undefined ? {} : { signal }),
  })
  return answer === null ? null : { ...answer, durationMs: performance.now() - startedAt }
}
