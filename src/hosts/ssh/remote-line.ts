import { shellLine } from './quote.js'

/**
 * What sshd is asked to run for an Incus command. English texts are what errors are told apart by, and the host's own default project
 * is meant, whatever somebody has switched to there. The shell first tells its process ID, which the client then takes over: not every
 * sshd passes signals on (that of Debian 12 does not, for root).
 */
export const remoteLine = (args: readonly string[]): string =>
  processLine(['env', 'LC_ALL=C', 'INCUS_REMOTE=local', 'INCUS_PROJECT=default', 'incus', ...args])

/** The same for any program. */
export const processLine = (words: readonly string[]): string => `echo ${MARK} $$ >&2; exec ${shellLine(words)}`

/** Ends a command by its process ID with all that it started: sshd gives each command a group of processes. */
export const killLine = (signal: 'TERM' | 'KILL', pid: number): string =>
  `kill -s ${signal} -- -${pid} 2>/dev/null || kill -s ${signal} ${pid}`

const MARK = 'cul8er-pid'
const MARKED = new RegExp(`^${MARK} (\\d+)\\r?\\n`, 'm')
// What a login's own start-up files may print before.
const MOST_BEFORE = 64 * 1024

/** Takes the process ID, and what was printed before it, out of standard error. */
export class PidReader {
  pid: number | null = null
  private before: Buffer | null = Buffer.alloc(0)

  constructor(private readonly rest: (chunk: Uint8Array) => void) {}

  readonly take = (chunk: Buffer): void => {
    if (this.before === null) return this.rest(chunk)
    this.before = Buffer.concat([this.before, chunk])
    // Byte for byte, so that the length of the text is that of the bytes.
    const found = MARKED.exec(this.before.toString('latin1'))
    if (found === null && this.before.length <= MOST_BEFORE) return
    this.pid = found === null ? null : Number(found[1])
    this.flush(found === null ? 0 : found.index + found[0].length)
  }

  /** All that came, where there is no process ID in it: the shell said why. */
  readonly end = (): void => this.flush(0)

  private flush(from: number): void {
    const rest = this.before?.subarray(from)
    this.before = null
    if (rest !== undefined && rest.length > 0) this.rest(rest)
  }
}
