import type { IncusCommand } from './command.js'
import { inProject, type Where } from './words.js'

export interface ExecOptions extends Where {
  /** Clear values only: they are in the process list of the host. Secrets go through standard input. */
  env?: Record<string, string>
  cwd?: string
  /** Numeric ids inside the instance. */
  user?: number
  group?: number
  stdin?: IncusCommand['stdin']
  stdinLabel?: string
}

/** Runs a command inside an instance, without a terminal. Its exit code is the command's own, 127 when there is no such command. */
export const execIn = (name: string, command: readonly string[], options: ExecOptions = {}): IncusCommand => ({
  args: [
    'exec',
    ...inProject(options),
    ...Object.entries(options.env ?? {}).map(([key, value]) => `--env=${key}=${value}`),
    ...(options.cwd === undefined ? [] : [`--cwd=${options.cwd}`]),
    ...(options.user === undefined ? [] : [`--user=${options.user}`]),
    ...(options.group === undefined ? [] : [`--group=${options.group}`]),
    name,
    '--',
    ...command,
  ],
  ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  ...(options.stdinLabel === undefined ? {} : { stdinLabel: options.stdinLabel }),
})
