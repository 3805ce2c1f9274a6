import type { HostExecutor } from '../hosts/executor.js'
import { logged } from '../hosts/logged.js'
import { shownCommand } from '../incus/errors.js'
import { logLevel } from '../processes/log-level.js'

/** The executor of a command that runs Incus itself: with `CUL8ER_LOG=debug` each Incus command is a line on standard error. */
export const debugged = (executor: HostExecutor, env: NodeJS.ProcessEnv = process.env): HostExecutor =>
  logLevel(env) !== 'debug'
    ? executor
    : logged(executor, ({ host, args, exitCode, durationMs }) =>
        process.stderr.write(
          `cul8er: ${shownCommand(args)} on ${host}: exit ${exitCode ?? 'none'} (${durationMs} ms)\n`,
        ),
      )
