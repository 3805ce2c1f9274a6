import { readFile } from 'node:fs/promises'
import { Cul8erError } from '../errors.js'
import type { IncusCommand } from '../incus/command.js'
import { overAttempts } from '../hosts/attempts.js'
import { dial } from '../hosts/dial.js'
import type { CommandResult, HostExecutor, RunOptions } from '../hosts/executor.js'
import { durationWords } from '../topology/units.js'
import type { Answer, Input } from './model.js'

/** The emulator in this process, or its client. */
export interface Emulation {
  execute(host: string, args: readonly string[], input: Input): Promise<Answer>
}

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_OUTPUT_BYTES = 32 * 1024 * 1024

/** Says to an emulated host what a local executor says to Incus, and takes its texts the same way. */
export function createEmulatedExecutor({
  host,
  emulation,
  close,
}: {
  host: string
  emulation: Emulation
  close?: () => void
}): HostExecutor {
  return {
    host,
    ...overAttempts((command, options) => ask(emulation, host, command, options)),
    connect: dial,
    way: async () => ({ kind: 'emulated', name: host }),
    close: async () => close?.(),
  }
}

async function ask(
  emulation: Emulation,
  host: string,
  { args, stdin }: IncusCommand,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES, onStdout }: RunOptions,
): Promise<CommandResult & { exitCode: number }> {
  signal?.throwIfAborted()
  const limit = AbortSignal.timeout(timeoutMs)
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit])
  const startedAt = performance.now()
  const pieces: string[] = []
  const encoder = new TextEncoder()
  const emit = (text: string): void =>
    void (onStdout === undefined ? pieces.push(text) : onStdout(encoder.encode(text)))
  try {
    const answer = await emulation.execute(host, args, { stdin: await bytes(stdin), emit, signal: either })
    // What follows a log ends when it is cut off; that is no answer.
    either.throwIfAborted()
    if (answer.stdout !== '') emit(answer.stdout)
    const stdout = pieces.join('')
    if (Buffer.byteLength(stdout) + Buffer.byteLength(answer.stderr) > maxOutputBytes) {
      throw new Cul8erError(
        'OUTPUT_LIMIT',
        `incus ${args[0] ?? ''} printed more than ${maxOutputBytes} bytes and was killed`,
      )
    }
    return { ...answer, stdout, durationMs: performance.now() - startedAt }
  } catch (error) {
    signal?.throwIfAborted()
    if (limit.aborted) {
      throw new Cul8erError(
        'TIMEOUT',
        `incus ${args[0] ?? ''} took longer than ${durationWords(timeoutMs)} and was killed`,
      )
    }
    throw error
  }
}

async function bytes(stdin: IncusCommand['stdin']): Promise<Uint8Array> {
  if (stdin === undefined) return new Uint8Array()
  if (stdin instanceof Uint8Array) return stdin
  const content = await readFile(stdin.file).catch((cause: unknown) => {
    throw new Cul8erError('ARTIFACT_MISSING', `${stdin.file} cannot be read`, { cause })
  })
  return stdin.before === undefined ? content : Buffer.concat([stdin.before, content])
}
