import type { IncusCommand } from './command.js'
import { inProject, operands, when, type Where } from './words.js'

export interface PushOptions extends Where {
  /** Bytes, or a file that is streamed; it need not be on the host. Incus holds it in memory: big ones go through execIn. */
  content: NonNullable<IncusCommand['stdin']>
  /** Shown instead of the content. */
  label?: string
  /** Octal, such as `0400`. */
  mode?: string
  /** Numeric ids; root when absent. */
  uid?: number
  gid?: number
  /** Make the folders above it. */
  createDirs?: boolean
}

/** Writes a file of an instance, running or not. `path` is absolute. */
export const pushFile = (name: string, path: string, options: PushOptions): IncusCommand => ({
  args: [
    'file',
    'push',
    '--quiet',
    ...inProject(options),
    ...(options.mode === undefined ? [] : [`--mode=${options.mode}`]),
    `--uid=${options.uid ?? 0}`,
    `--gid=${options.gid ?? 0}`,
    ...when(options.createDirs, '--create-dirs'),
    ...operands('-', `${name}${path}`),
  ],
  stdin: options.content,
  ...(options.label === undefined ? {} : { stdinLabel: options.label }),
})

/** Prints a file of an instance. */
export const pullFile = (name: string, path: string, where: Where = {}): IncusCommand => ({
  args: ['file', 'pull', '--quiet', ...inProject(where), ...operands(`${name}${path}`, '-')],
})
