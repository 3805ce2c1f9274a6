import { spawn } from 'node:child_process'
import { commandEnvironment, type Environment } from './environment.js'

export interface CommandOptions {
  /** Of this process; the command gets what commandEnvironment says. */
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
  timeoutMs: number
  /** Most bytes that it may print; 0: what it prints is of no interest. */
  limitBytes: number
  /** What it reads on its standard input; absent: nothing. */
  stdin?: string
  /** Keep the end of what it writes to standard error. */
  withStderr?: boolean
  /** Told of all that it writes, to standard output and standard error, as it comes; `limitBytes` does not count then. */
  onOutput?: (chunk: Buffer) => void
  /** Its working folder; absent: this process's. */
  cwd?: string
  /** Variables that it gets besides. */
  more?: Environment
}

/** How a command of a topology ended. */
export type CommandEnd =
  | { how: 'exit'; code: number; stdout: string; stderr?: string }
  | { how: 'signal'; signal: string }
  | { how: 'timeout' | 'limit' }
  | { how: 'absent'; reason: string }

/** What it wrote before it ended is read by then; a child that it left behind may hold the pipe for ever. */
const DRAIN_MS = 500
/** Characters. */
const STDERR_KEPT = 4_000
/** From SIGTERM to SIGKILL. */
const GRACE_MS = 2_000

/**
 * Runs a command that a topology names, without a shell, with a time and an output that are limited. It is a group of processes of
 * its own: when it is ended, so is what it started.
 * @throws the signal's reason
 */
export async function runCommand(file: string, args: string[], options: CommandOptions): Promise<CommandEnd> {
  const { env = process.env, signal, timeoutMs, limitBytes, stdin, withStderr = false, onOutput, cwd, more } = options
  signal?.throwIfAborted()
  const child = spawn(file, args, {
    stdio: [
      stdin === undefined ? 'ignore' : 'pipe',
      limitBytes === 0 && onOutput === undefined ? 'ignore' : 'pipe',
      withStderr || onOutput !== undefined ? 'pipe' : 'ignore',
    ],
    env: { ...commandEnvironment(env), ...more },
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
  })
  const printed: Buffer[] = []
  let bytes = 0
  let early: CommandEnd | null = null
  const end = (why: CommandEnd | null): void => {
    early ??= why
    killGroup(child.pid, 'SIGTERM')
    setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS).unref()
  }
  child.stdout?.on('data', (chunk: Buffer) => {
    if (onOutput !== undefined) return onOutput(chunk)
    bytes += chunk.length
    if (bytes > limitBytes) return end({ how: 'limit' })
    printed.push(chunk)
  })
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    onOutput?.(chunk)
    stderr = `${stderr}${chunk.toString('utf8')}`.slice(-STDERR_KEPT)
  })
  // A program may end without having read all of it.
  child.stdin?.on('error', () => {})
  child.stdin?.end(stdin)
  const timer = setTimeout(() => end({ how: 'timeout' }), timeoutMs)
  const abort = (): void => end(null)
  signal?.addEventListener('abort', abort)
  try {
    const ended = await new Promise<CommandEnd>((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) =>
        resolve({ how: 'absent', reason: error.code ?? error.message }),
      )
      child.once('exit', () =>
        setTimeout(() => {
          child.stdout?.destroy()
          child.stderr?.destroy()
          child.stdin?.destroy()
        }, DRAIN_MS).unref(),
      )
      child.once('close', (code, by) =>
        resolve(
          code === null
            ? { how: 'signal', signal: by ?? 'unknown' }
            : {
                how: 'exit',
                code,
                stdout: Buffer.concat(printed).toString('utf8'),
                ...(withStderr ? { stderr } : {}),
              },
        ),
      )
    })
    signal?.throwIfAborted()
    return early ?? ended
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Gone already.
  }
}
