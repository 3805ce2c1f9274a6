import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'

export interface ProgramOptions {
  file: string
  args: string[]
  /** All of it. */
  env: NodeJS.ProcessEnv
  /** What it prints goes there. */
  log: string
  /** Whose process it is; default: ours. */
  uid?: number
  gid?: number
}

/** A program of a control plane, with all that it starts: killed as by a power cut, and started again as it was. */
export class Program {
  private child: ChildProcess | null = null

  constructor(private readonly options: ProgramOptions) {}

  start(): void {
    const { file, args, env, log, uid, gid } = this.options
    const to = openSync(log, 'a')
    const child = spawn(file, args, { env, uid, gid, detached: true, stdio: ['ignore', to, to] })
    // Whoever waits for it to answer says what its log has.
    child.on('error', () => undefined)
    this.child = child
  }

  get isRunning(): boolean {
    return this.child !== null && this.child.exitCode === null && this.child.signalCode === null
  }

  /** Signals it and all that it started, and waits for its end. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this
    if (child?.pid === undefined || !this.isRunning) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal)
    await gone
  }
}
