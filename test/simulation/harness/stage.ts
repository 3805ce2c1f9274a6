import { fileURLToPath } from 'node:url'
import { bundleWorkflows } from '../bundle.js'
import type { Activities } from '../server/activity.js'
import type { End } from '../server/child.js'
import type { Faults } from '../server/faults.js'
import { decode, encode } from '../server/payloads.js'
import { openSandbox, type Sandbox } from '../server/sandbox.js'
import { Server, type Watcher } from '../server/server.js'

export const openStage = async (): Promise<Sandbox> =>
  openSandbox(await bundleWorkflows([], fileURLToPath(new URL('./workflows.ts', import.meta.url))), ['act'])

/** An activity that says what each attempt comes to. */
export interface Script {
  takesMs?: number
  /** The nth attempt throws this error type; `!` before it: not to be tried again. */
  throws?: (string | null)[]
}

/** A server for small workflows, with one activity. */
export class Stage {
  readonly server: Server
  /** When attempts did their work, s after the begin. */
  readonly did: number[] = []
  readonly ends = new Map<string, unknown>()
  private readonly beganAt: number

  constructor(
    sandbox: Sandbox,
    { takesMs = 500, throws = [] }: Script = {},
    { seed = 1, faults = {}, watcher = {} }: { seed?: number; faults?: Faults; watcher?: Watcher } = {},
  ) {
    let attempt = 0
    const activities: Activities = {
      names: ['act'],
      target: () => 'it',
      duration: () => takesMs,
      run: () => {
        this.did.push((this.server.now - this.beganAt) / 1_000)
        const error = throws[attempt++]
        if (error != null) throw new Error(error)
        return 'done'
      },
      explain: (error) => {
        const { message } = error as Error
        return { message: 'as scripted', type: message.replace('!', ''), nonRetryable: message.startsWith('!') }
      },
    }
    this.server = new Server({ sandbox, seed, activities, faults, watcher })
    this.beganAt = this.server.now
  }

  start(type: string, id: string, ...args: unknown[]): void {
    this.server.start(type, id, args.map(encode), { ended: (end) => this.ends.set(id, said(end)) })
  }

  get seconds(): number {
    return (this.server.now - this.beganAt) / 1_000
  }

  /** Until nothing can happen, or for so many steps. */
  async run(steps = 500): Promise<void> {
    while (steps > 0 && (await this.server.step())) steps -= 1
  }

  /** Runs one workflow to its end. */
  async result(type: string, ...args: unknown[]): Promise<unknown> {
    this.start(type, 'one', ...args)
    await this.run()
    await this.server.forget()
    return this.ends.get('one')
  }
}

const said = (end: End): unknown => {
  if (end.how === 'completed') return decode(end.result)
  return end.how === 'failed' ? `fails: ${end.failure.message}` : end.how
}
