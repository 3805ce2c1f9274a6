import type { IncusCommand } from '../incus/command.js'
import type { CommandResult, RunOptions } from './executor.js'
import { DEFAULT_OUTPUT_BYTES, DEFAULT_TIMEOUT_MS } from './limits.js'
import { restPath } from './rest-path.js'
import type { Answer, ReadOptions } from './rest.js'

/**
 * Asks Incus itself for what a command only reads. null: it has to be run.
 * @throws as `ask` does
 */
export async function readByRest(
  ask: (path: string, options: ReadOptions) => Promise<Answer | null>,
  command: IncusCommand,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES, onStdout }: RunOptions,
): Promise<(CommandResult & { exitCode: number }) | null> {
  const path = onStdout === undefined ? restPath(command) : null
  if (path === null) return null
  signal?.throwIfAborted()
  const startedAt = performance.now()
  const answer = await ask(path, {
    verb: command.args[0] ?? '',
    timeoutMs,
    maxOutputBytes,
    ...(signal === undefined ? {} : { signal }),
  })
  return answer === null ? null : { ...answer, durationMs: performance.now() - startedAt }
}
