import type { IncusCommand } from '../incus/command.js'
import { execCarriedOut, incusError } from '../incus/errors.js'
import type { CommandResult, HostExecutor, RunOptions } from './executor.js'

/** One go at a command, whatever its exit code. */
export type Attempt = (command: IncusCommand, options: RunOptions) => Promise<CommandResult & { exitCode: number }>

/** `run` and `tryRun` over a way to carry commands out: what an exit code means is the same for every kind of host. */
export function overAttempts(attempt: Attempt): Pick<HostExecutor, 'run' | 'tryRun'> {
  const tryRun: HostExecutor['tryRun'] = async (command, options = {}) => {
    const result = await attempt(command, options)
    if (result.exitCode === 0) return result
    if (command.args[0] === 'exec' && execCarriedOut(result.stderr, result.exitCode)) return result
    throw incusError(result.stderr, result.exitCode, command.args)
  }
  return {
    tryRun,
    run: async (command, options) => {
      const { exitCode, ...result } = await tryRun(command, options)
      if (exitCode !== 0) throw incusError(result.stderr, exitCode, command.args)
      return result
    },
  }
}
