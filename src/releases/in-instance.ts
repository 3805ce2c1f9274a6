import { setTimeout as sleep } from 'node:timers/promises'
import { Cul8erError } from '../errors.js'
import type { CommandResult, HostExecutor, RunOptions } from '../hosts/executor.js'
import type { IncusCommand } from '../incus/command.js'
import type { InstanceSpec } from '../plan/model.js'

/**
 * Runs a command in an instance that may have been started a moment ago: what Incus says while there is no process or agent to
 * take it is tried again, 10 s for a container, 2 min for a VM.
 * @throws Cul8erError as the executor does; the last refusal when the time is over
 */
export async function runInInstance(
  executor: HostExecutor,
  spec: Pick<InstanceSpec, 'type'>,
  command: IncusCommand,
  options: RunOptions = {},
): Promise<CommandResult & { exitCode: number }> {
  const endsAt = performance.now() + (spec.type === 'vm' ? 120_000 : 10_000)
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    try {
      return await executor.tryRun(command, options)
    } catch (error) {
      if (!isStillStarting(error) || performance.now() + pauseMs > endsAt) throw error
    }
    await sleep(pauseMs, undefined, { signal: options.signal }).catch(() => options.signal?.throwIfAborted())
  }
}

/** Incus could not carry the command in, and may a little later. */
export const isStillStarting = (error: unknown): boolean =>
  error instanceof Cul8erError &&
  /agent isn't currently running|instance is not running|failed to retrieve PID|not currently running/i.test(
    error.message,
  )
