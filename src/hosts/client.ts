import { createReadStream } from 'node:fs'
import { execa } from 'execa'
import { Cul8erError } from '../errors.js'
import { WITHOUT_INCUS } from '../incus/errors.js'
import type { IncusCommand } from '../incus/command.js'
import type { CommandResult, RunOptions } from './executor.js'
import { DEFAULT_OUTPUT_BYTES, DEFAULT_TIMEOUT_MS, printedTooMuch, tookTooLong } from './limits.js'
import { OutputCollector } from './output.js'
import { readable } from './stdin-file.js'

// A client that does not end when asked: it forwards the signal into the instance, which may ignore it.
const KILL_AFTER_MS = 2_000
// What a client wrote before it ended is read by then.
const DRAIN_MS = 500

/**
 * Runs the Incus client on this machine, once, whatever its exit code.
 * @throws Cul8erError UNREACHABLE without a client, ARTIFACT_MISSING, TIMEOUT, OUTPUT_LIMIT, INCUS when it was killed, or the signal's reason
 */
export async function runClient(
  client: string,
  env: Record<string, string>,
  command: IncusCommand,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES, onStdout }: RunOptions,
): Promise<CommandResult & { exitCode: number }> {
  signal?.throwIfAborted()
  const stdin = await standardInput(command)
  const startedAt = performance.now()
  const running = execa(client, [...command.args], {
    ...stdin,
    env,
    extendEnv: false,
    reject: false,
    buffer: false,
    timeout: timeoutMs,
    forceKillAfterDelay: KILL_AFTER_MS,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  })
  const output = new OutputCollector(maxOutputBytes, () => running.kill())
  running.stdout?.on('data', onStdout ?? output.stdout)
  running.stderr?.on('data', output.stderr)
  // A child that the client left behind may hold the pipes open for ever.
  running.once('exit', () =>
    setTimeout(() => [running.stdout, running.stderr].forEach((s) => s?.destroy()), DRAIN_MS).unref(),
  )
  const result = await running
  const durationMs = performance.now() - startedAt
  if (signal?.aborted) throw signal.reason
  const verb = command.args[0] ?? ''
  if (result.timedOut) throw tookTooLong(verb, timeoutMs)
  if (output.exceeded) throw printedTooMuch(verb, maxOutputBytes)
  if (result.exitCode === undefined) throw notEnded(client, result.code, result.signal)
  return { ...output.texts(), durationMs, exitCode: result.exitCode }
}

async function standardInput({
  stdin,
}: IncusCommand): Promise<
  { stdin: 'ignore' | AsyncIterable<Uint8Array> } | { input: Uint8Array } | { inputFile: string }
> {
  if (stdin === undefined) return { stdin: 'ignore' }
  if (stdin instanceof Uint8Array) return { input: stdin }
  await readable(stdin.file)
  return stdin.before === undefined ? { inputFile: stdin.file } : { stdin: both(stdin.before, stdin.file) }
}

async function* both(before: Uint8Array, file: string): AsyncGenerator<Uint8Array> {
  yield before
  yield* createReadStream(file) as AsyncIterable<Uint8Array>
}

function notEnded(client: string, code: string | undefined, signal: string | undefined): Cul8erError {
  if (code === 'ENOENT') {
    return new Cul8erError('UNREACHABLE', `${client} is not installed on this machine`, {
      hint: '`cul8er doctor` shows what is missing',
      details: WITHOUT_INCUS,
    })
  }
  return new Cul8erError('INCUS', `the Incus client was killed (${signal ?? code ?? 'unknown reason'})`)
}

// English texts are what errors are told apart by; the rest is what the client needs to find its daemon and remotes. `localhost` is
// this machine and its default project, whatever remote and project somebody has switched to.
export function minimalEnvironment(): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'TMPDIR',
    'INCUS_CONF',
    'INCUS_DIR',
    'INCUS_SOCKET',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'NO_PROXY',
  ]
  return {
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    LC_ALL: 'C',
    INCUS_REMOTE: 'local',
    INCUS_PROJECT: 'default',
  }
}
