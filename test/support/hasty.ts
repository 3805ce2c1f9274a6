import type { HostExecutor } from '../../src/hosts/executor.js'

/** An executor that no command may keep waiting: for tests of hosts that hang. `after` hears of each command that was done. */
export function hasty(
  executor: HostExecutor,
  { mostMs, after = () => undefined }: { mostMs: number; after?: (host: string, args: readonly string[]) => void },
): HostExecutor {
  const limit = (timeoutMs = 60_000): number => Math.min(mostMs, timeoutMs)
  return {
    host: executor.host,
    run: async (command, options = {}) => {
      const result = await executor.run(command, { ...options, timeoutMs: limit(options.timeoutMs) })
      after(executor.host, command.args)
      return result
    },
    tryRun: async (command, options = {}) => {
      const result = await executor.tryRun(command, { ...options, timeoutMs: limit(options.timeoutMs) })
      after(executor.host, command.args)
      return result
    },
    connect: (address, port, options) => executor.connect(address, port, options),
    close: () => executor.close(),
  }
}
