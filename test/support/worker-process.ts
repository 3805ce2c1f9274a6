import { spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../dist/workers/main.js', import.meta.url))

/** A worker in a process of its own, that can be killed as by a power cut and is started again at once. */
export class WorkerProcess {
  private child: ChildProcess | null = null
  kills = 0

  constructor(private readonly options: { address: string; home: string }) {}

  start(): void {
    const { address, home } = this.options
    const log = openSync(join(home, 'worker.log'), 'a')
    this.child = spawn(process.execPath, [program], {
      stdio: ['ignore', log, log],
      env: { ...process.env, CUL8ER_HOME: home, TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'default' },
    })
  }

  /** `kill -9`, and a new one. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
    this.kills += 1
    this.start()
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
}
