import { execa } from 'execa'
import { Cul8erError } from '../errors.js'
import type { IncusCommand } from '../incus/command.js'
import type { HostExecutor } from './executor.js'
import { minimalEnvironment } from './client.js'

export interface PassThrough {
  /** The Incus client of this machine; absent: the executor carries it out, without standard input. */
  local: boolean
  /** Instead of the standard output and error of this process. */
  take?: { stdout: (chunk: Uint8Array) => void; stderr: (chunk: Uint8Array) => void }
  /** Standard input of this process; false: none. */
  stdin: boolean
}

/**
 * Runs a command inside an instance with the streams of this process, for as long as it takes.
 * @returns its exit code
 * @throws Cul8erError UNREACHABLE without an Incus client
 */
export async function passThrough(
  executor: HostExecutor,
  command: IncusCommand,
  { local, take, stdin }: PassThrough,
): Promise<number> {
  const out = take ?? {
    stdout: (chunk: Uint8Array) => void process.stdout.write(chunk),
    stderr: (chunk: Uint8Array) => void process.stderr.write(chunk),
  }
  if (!local) {
    const { exitCode, stdout, stderr } = await executor.tryRun(command)
    out.stdout(Buffer.from(stdout))
    out.stderr(Buffer.from(stderr))
    return exitCode
  }
  // Ctrl-C is for what runs inside, which gets it from the client.
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    const { TERM } = process.env
    const running = execa('incus', [...command.args], {
      stdin: stdin ? 'inherit' : 'ignore',
      stdout: take === undefined ? 'inherit' : 'pipe',
      stderr: take === undefined ? 'inherit' : 'pipe',
      env: { ...minimalEnvironment(), ...(TERM === undefined ? {} : { TERM }) },
      extendEnv: false,
      reject: false,
      buffer: false,
    })
    running.stdout?.on('data', out.stdout)
    running.stderr?.on('data', out.stderr)
    const { exitCode, signal, code } = await running
    if (exitCode !== undefined) return exitCode
    throw new Cul8erError('UNREACHABLE', `the Incus client failed (${signal ?? code ?? 'unknown reason'})`, {
      hint: '`cul8er doctor` shows what is missing',
    })
  } finally {
    process.removeListener('SIGINT', ignore)
  }
}
