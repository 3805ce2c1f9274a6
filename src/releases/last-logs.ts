import { Cul8erError } from '../errors.js'
import type { HostExecutor } from '../hosts/executor.js'
import { consoleLogCommand, logsCommand, type LogTarget } from './commands.js'

/**
 * The last lines of the release's log; of the instance's console where there are none, for example because its init did not come up.
 * Never throws: logs go with an error that matters more.
 * @param signal - where they are not worth 20 s of waiting
 */
export async function lastLogs(
  executor: HostExecutor,
  target: LogTarget,
  lines = 10,
  signal?: AbortSignal,
): Promise<string[]> {
  for (const command of [logsCommand(target, { lines }), consoleLogCommand(target)]) {
    const result = await executor.tryRun(command, { timeoutMs: 10_000, signal }).catch(() => null)
    const found = (result?.stdout ?? '').split(/\r?\n/).filter((line) => line.trim() !== '')
    if (found.length > 0) return found.slice(-lines)
  }
  return []
}

/** The error with the last log lines in its details; any other value as it is. */
export async function withLastLogs(
  error: unknown,
  executor: HostExecutor,
  target: LogTarget,
  lines = 10,
): Promise<unknown> {
  if (!(error instanceof Cul8erError) || error.details?.logs !== undefined) return error
  const { code, message, hint, details, cause } = error
  return new Cul8erError(code, message, {
    hint,
    details: { ...details, logs: await lastLogs(executor, target, lines) },
    cause,
  })
}
