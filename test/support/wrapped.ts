import type { HostExecutor, RunOptions } from '../../src/hosts/executor.js'
import type { IncusCommand } from '../../src/incus/command.js'

export interface Wrapping {
  /** Before anything goes to the host; what it throws is what the caller gets. A connection comes without a command. */
  before?: (command: IncusCommand | null, host: string) => void | Promise<void>
  /** When a command was carried out. */
  done?: (command: IncusCommand, host: string) => void
  /** Whether a command was carried out or failed. */
  ended?: (command: IncusCommand, host: string) => void
  /** Most that a command may take, ms, whatever its caller allows. */
  mostMs?: number
}

/** An executor with something of a test's own around each command: it notes them, makes them fail, or does not wait for long. */
export function wrapped(executor: HostExecutor, { before, done, ended, mostMs = Infinity }: Wrapping): HostExecutor {
  const { host } = executor
  const limited = (options: RunOptions = {}): RunOptions =>
    mostMs === Infinity ? options : { ...options, timeoutMs: Math.min(mostMs, options.timeoutMs ?? 60_000) }
  const around = async <T>(command: IncusCommand, act: () => Promise<T>): Promise<T> => {
    await before?.(command, host)
    try {
      const result = await act()
      done?.(command, host)
      return result
    } finally {
      ended?.(command, host)
    }
  }
  return {
    host,
    run: (command, options) => around(command, () => executor.run(command, limited(options))),
    tryRun: (command, options) => around(command, () => executor.tryRun(command, limited(options))),
    connect: async (address, port, options) => {
      await before?.(null, host)
      return executor.connect(address, port, options)
    },
    ...(executor.way === undefined
      ? {}
      : {
          way: async (signal) => {
            await before?.(null, host)
            return executor.way!(signal)
          },
        }),
    close: () => executor.close(),
  }
}
