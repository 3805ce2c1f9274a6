import { Cul8erError } from '../../src/errors.js'
import type { IncusCommand } from '../../src/incus/command.js'
import type { HostExecutor } from '../../src/hosts/executor.js'

/**
 * An executor whose host answers nothing, and lets nothing through, for as long as it is among the dead. It goes there itself
 * with the answer to its `last` command.
 */
export function mortal(
  executor: HostExecutor,
  dead: Set<string>,
  last: (command: IncusCommand, host: string) => boolean = () => false,
): HostExecutor {
  const alive = (): void => {
    if (dead.has(executor.host)) throw new Cul8erError('UNREACHABLE', `${executor.host}: no route to host`)
  }
  return {
    host: executor.host,
    run: async (command, options) => {
      alive()
      const answer = await executor.run(command, options)
      if (last(command, executor.host)) dead.add(executor.host)
      return answer
    },
    tryRun: async (command, options) => {
      alive()
      return executor.tryRun(command, options)
    },
    connect: async (address, port, options) => {
      alive()
      return executor.connect(address, port, options)
    },
    close: () => executor.close(),
  }
}
