import { createReadStream } from 'node:fs'
import type { ClientChannel } from 'ssh2'
import { Cul8erError } from '../../errors.js'
import type { IncusCommand } from '../../incus/command.js'
import type { CommandResult, RunOptions } from '../executor.js'
import { DEFAULT_OUTPUT_BYTES, DEFAULT_TIMEOUT_MS, printedTooMuch, tookTooLong } from '../limits.js'
import { OutputCollector } from '../output.js'
import { readable } from '../stdin-file.js'
import type { KeptConnection } from './kept.js'
import { endRemote } from './end-remote.js'
import { PidReader, remoteLine } from './remote-line.js'
import { said } from './said.js'
import { connectionLost } from './sessions.js'

// A child that a command left behind may hold its output open for ever; what it wrote before it ended is read by then.
const DRAIN_MS = 500

/** Runs an Incus command on a host, or the line of another program, whatever its exit code. Its time begins when it does. */
export async function runOver(
  host: string,
  kept: KeptConnection,
  command: IncusCommand,
  options: RunOptions,
  line = remoteLine(command.args),
): Promise<CommandResult & { exitCode: number }> {
  const { signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxOutputBytes = DEFAULT_OUTPUT_BYTES, onStdout } = options
  signal?.throwIfAborted()
  if (command.stdin !== undefined && !(command.stdin instanceof Uint8Array)) await readable(command.stdin.file)
  const { channel, again } = await begun(kept, line, options)
  const startedAt = performance.now()
  const verb = command.args[0] ?? ''
  let early: Error | null = null
  let exit: { code: number | null; signal?: string } | null = null
  const end = (why: Error): void => {
    if (early !== null) return
    early = why
    endRemote({ channel, pid: () => reader.pid, ...again })
  }
  const output = new OutputCollector(maxOutputBytes, () => end(printedTooMuch(verb, maxOutputBytes)))
  const reader = new PidReader(output.stderr)
  const onAbort = (): void => end(signal?.reason as Error)
  const timer = setTimeout(() => end(tookTooLong(verb, timeoutMs)), timeoutMs)
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort()
  try {
    await new Promise<void>((resolve, reject) => {
      channel.on('data', onStdout ?? output.stdout)
      channel.stderr.on('data', reader.take)
      channel.on('exit', (code: number | null, by?: string) => {
        exit = { code, ...(by === undefined ? {} : { signal: by }) }
        setTimeout(() => channel.close(), DRAIN_MS).unref()
      })
      channel.once('close', (code?: number | null, by?: string) => {
        // What ended at once may have said so before anybody listened.
        if (code !== undefined) exit ??= { code, ...(by === undefined ? {} : { signal: by }) }
        resolve()
      })
      // What a command did not read before it ended is of no interest.
      channel.on('error', () => {})
      feed(channel, command.stdin, (cause) => {
        end(new Cul8erError('ARTIFACT_MISSING', 'standard input cannot be read', { cause }))
        reject(cause)
      })
    })
  } catch (cause) {
    throw early ?? cause
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    reader.end()
  }
  if (early !== null) throw early as Error
  return { ...output.texts(), durationMs: performance.now() - startedAt, exitCode: exitCodeOf(host, exit) }
}

interface Begun {
  channel: ClientChannel
  again: { sameConnection: Parameters<typeof endRemote>[0]['sameConnection']; another: KeptConnection['another'] }
}

const begun = (kept: KeptConnection, line: string, { signal, ahead }: RunOptions): Promise<Begun> =>
  kept.over(async ({ client, sessions }) => {
    const channel = await (ahead === true ? sessions.openAhead(line, signal) : sessions.open(line, signal))
    return { channel, again: { sameConnection: client, another: () => kept.another() } }
  }, signal)

function feed(channel: ClientChannel, stdin: IncusCommand['stdin'], failed: (cause: Error) => void): void {
  if (stdin === undefined) return void channel.end()
  if (stdin instanceof Uint8Array) return void channel.end(stdin)
  const file = createReadStream(stdin.file)
  if (stdin.before !== undefined) channel.write(stdin.before)
  file.once('error', failed)
  channel.once('close', () => file.destroy())
  file.pipe(channel)
}

function exitCodeOf(host: string, exit: { code: number | null; signal?: string } | null): number {
  if (exit === null) throw connectionLost(host)
  if (exit.code !== null) return exit.code
  throw new Cul8erError(
    'INCUS',
    `the Incus client on host ${host} was killed (${said(exit.signal ?? 'unknown reason')})`,
  )
}
