import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandResult, HostExecutor, RunOptions } from '../../src/hosts/executor.js'
import type { IncusCommand } from '../../src/incus/command.js'

/**
 * An executor whose host takes `ms` for the launch of some instances, and carries it out whether the client still waits or not: so
 * does Incus, for creating is an operation of the daemon's.
 */
export function lingering(
  executor: HostExecutor,
  { slow, ms }: { slow: ReadonlySet<string>; ms: number },
): HostExecutor {
  const run = async (command: IncusCommand, options: RunOptions = {}): Promise<CommandResult> => {
    if (command.args[0] !== 'launch' || !command.args.some((word) => slow.has(word)))
      return executor.run(command, options)
    const { signal, ...rest } = options
    const done = sleep(ms).then(() => executor.run(command, rest))
    if (signal === undefined) return done
    return Promise.race([done, rejected(signal)])
  }
  return { ...executor, run }
}

const rejected = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const gone = (): void => reject(signal.reason as Error)
    if (signal.aborted) gone()
    signal.addEventListener('abort', gone, { once: true })
  })
