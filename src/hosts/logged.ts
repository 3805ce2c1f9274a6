import { Cul8erError } from '../errors.js'
import type { IncusCommand } from '../incus/command.js'
import type { HostExecutor } from './executor.js'

/** An Incus command that ended. Its standard input, which may hold secrets, is not told of. */
export interface RanCommand {
  host: string
  /** Words after `incus`; `shownCommand` makes a line of them, once what is secret is masked. */
  args: readonly string[]
  /** The client's, or of what ran inside an instance; null: it did not end by itself. */
  exitCode: number | null
  /** Whole ms. */
  durationMs: number
  /** Code of the error that the caller got. */
  error?: string
}

/** The same executor, which tells of each command when it has ended. */
export function logged(executor: HostExecutor, tell: (ran: RanCommand) => void): HostExecutor {
  const { host, request, probe } = executor

  async function timed<Result>(
    { args }: IncusCommand,
    run: () => Promise<Result>,
    codeOf: (result: Result) => number,
  ): Promise<Result> {
    const startedAt = performance.now()
    const end = (outcome: Pick<RanCommand, 'exitCode' | 'error'>): void =>
      tell({ host, args, durationMs: Math.round(performance.now() - startedAt), ...outcome })
    try {
      const result = await run()
      end({ exitCode: codeOf(result) })
      return result
    } catch (error) {
      end(failure(error))
      throw error
    }
  }

  return {
    host,
    run: (command, options) =>
      timed(
        command,
        () => executor.run(command, options),
        () => 0,
      ),
    tryRun: (command, options) =>
      timed(
        command,
        () => executor.tryRun(command, options),
        ({ exitCode }) => exitCode,
      ),
    connect: (address, port, options) => executor.connect(address, port, options),
    ...(executor.way === undefined ? {} : { way: (signal) => executor.way!(signal) }),
    ...(request === undefined ? {} : { request }),
    ...(probe === undefined ? {} : { probe }),
    close: () => executor.close(),
  }
}

function failure(error: unknown): Pick<RanCommand, 'exitCode' | 'error'> {
  if (!(error instanceof Cul8erError)) return { exitCode: null, error: 'CANCELLED' }
  const exitCode = error.details?.exitCode
  return { exitCode: typeof exitCode === 'number' ? exitCode : null, error: error.code }
}
