import { randomUUID } from 'node:crypto'
import { Duplex } from 'node:stream'
import type { Client } from '@temporalio/client'
import {
  activityIdOf,
  siteWatchQueue,
  TASK_QUEUE,
  type InspectAnswers,
  type InspectRequest,
  type RelayLimits,
} from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import type { CommandResult, HostExecutor, RunOptions } from '../hosts/executor.js'
import type { IncusCommand } from '../incus/command.js'
import { isTimeout, toCul8erError } from '../ledgers/failures.js'
import { beginActivity, beginWorkflow, forget, INSPECT } from '../looks/begin.js'
import type { Host } from '../topology/model.js'
import { unlessAborted } from '../waiting/unless-aborted.js'
import { noWorker, startWithin } from './no-worker.js'
import { pollersOf } from './pollers.js'
import { box, unbox, type Relayed, type RelayedAnswers, type RelayedKind } from './relayed.js'

export interface RelayOptions {
  /** Asked for at each call: its answers are signed, and it may have a connection of its own. */
  client: () => Client
  /** The newest one first. */
  keys: readonly [Uint8Array, ...Uint8Array[]]
}

/**
 * The way to hosts that only workers elsewhere reach: each command is carried out by one of those, over the Temporal server that all of them dial.
 * What needs a stream, such as a tarball, is an activity of the site's own workers and never comes this way.
 */
export const createRelay =
  ({ client, keys }: RelayOptions) =>
  (name: string, via: Host): HostExecutor =>
    new Relay(name, via, client, keys)

/** ms of a command that says nothing else; as executors have it. */
const COMMAND_MS = 60_000
/** ms beside what a command may take: for the log in at the host, and for others before it. */
const BESIDE_MS = 15_000
/** ms that clocks of workers may differ. */
const SKEW_MS = 60_000

class Relay implements HostExecutor {
  constructor(
    readonly host: string,
    private readonly via: Host,
    private readonly client: () => Client,
    private readonly keys: RelayOptions['keys'],
  ) {}

  async run(command: IncusCommand, options: RunOptions = {}): Promise<CommandResult> {
    const { exitCode: _, ...result } = await this.command(command, options, false)
    return result
  }

  tryRun(command: IncusCommand, options: RunOptions = {}): Promise<CommandResult & { exitCode: number }> {
    return this.command(command, options, true)
  }

  /** A connection that has opened there, and over which nothing can be sent. */
  async connect(
    address: string,
    port: number,
    { signal, timeoutMs }: { signal?: AbortSignal; timeoutMs?: number } = {},
  ): Promise<Duplex> {
    const asked = { ask: 'connect', address, port, ...(timeoutMs === undefined ? {} : { timeoutMs }) } as const
    await this.asked(asked, timeoutMs ?? COMMAND_MS, signal)
    return new Duplex({
      read() {
        this.push(null)
      },
      write: (_chunk, _encoding, done) => done(new Error('nothing can be sent to an instance at another site')),
    })
  }

  readonly probe: NonNullable<HostExecutor['probe']> = (asked, signal) =>
    this.asked({ ask: 'probe', ...asked }, asked.timeoutMs, signal)

  close(): Promise<void> {
    return Promise.resolve()
  }

  private async command(
    { args, stdin }: IncusCommand,
    { signal, onStdout, timeoutMs = COMMAND_MS, maxOutputBytes, ahead }: RunOptions,
    answers: boolean,
  ): Promise<RelayedAnswers['command']> {
    const options = {
      timeoutMs,
      ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
      ...(ahead === undefined ? {} : { ahead }),
    }
    const input = stdin === undefined ? {} : { stdin: this.inline(stdin) }
    const result = await this.asked({ ask: 'command', args, ...input, answers, options }, timeoutMs, signal)
    if (onStdout === undefined) return result
    onStdout(Buffer.from(result.stdout))
    return { ...result, stdout: '' }
  }

  private inline(stdin: NonNullable<IncusCommand['stdin']>): string {
    if (stdin instanceof Uint8Array) return Buffer.from(stdin).toString('base64')
    throw new Cul8erError('NOT_SUPPORTED_YET', `files cannot be sent to host ${this.host} from another site`)
  }

  /** @throws Cul8erError NO_WORKER, UNREACHABLE, what carrying it out led to, or the signal's reason */
  private async asked<Kind extends RelayedKind>(
    request: Relayed<Kind>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<RelayedAnswers[Kind]> {
    signal?.throwIfAborted()
    const { site } = this.via
    const client = this.client()
    const limits = {
      startMs: startWithin(await pollersOf(client, siteWatchQueue(site)), Date.now()),
      runMs: timeoutMs + BESIDE_MS,
    }
    const answer = this.answer(client, request as Relayed, limits, signal)
    const { sealed } = await (signal === undefined ? answer : unlessAborted(answer, signal))
    return unbox(sealed, this.keys, 'answer') as RelayedAnswers[Kind]
  }

  private async answer(
    client: Client,
    relayed: Relayed,
    limits: RelayLimits,
    signal: AbortSignal | undefined,
  ): Promise<InspectAnswers['relayed']> {
    const { host, via } = this
    const [key] = this.keys
    const { startMs, runMs } = limits
    const id = activityIdOf(INSPECT, `site/${via.site ?? '-'}/${randomUUID()}`)
    const notAfter = new Date(Date.now() + startMs + SKEW_MS).toISOString()
    const request: InspectRequest<'relayed'> = {
      ...{ kind: 'relayed', host, via, sealed: box(relayed, key, 'request'), notAfter, limits },
    }
    const look = { id, summary: `${relayed.ask} for ${host}`, request }
    const bounds = {
      scheduleToStartTimeout: startMs,
      startToCloseTimeout: runMs,
      // Nobody knows whether the command may be repeated; whoever asked does.
      retry: { maximumAttempts: 1 },
    }
    try {
      // Not behind the steps of operations, which may hold all the places there are for minutes: that would look like a worker that is gone.
      const standalone = await beginActivity(client, { ...look, taskQueue: siteWatchQueue(via.site) }, bounds)
      if (!standalone) await beginWorkflow(client, { ...look, taskQueue: TASK_QUEUE }, 2 * startMs + runMs)
      const handle = standalone ? client.activity.getHandle(id) : client.workflow.getHandle(id)
      const cancel = (): void => void handle.cancel('nobody waits for it').catch(() => undefined)
      signal?.addEventListener('abort', cancel, { once: true })
      try {
        const answer = (await handle.result()) as InspectAnswers['relayed']
        if (standalone) void forget(client, id)
        return answer
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    } catch (error) {
      if (isTimeout(error, 'SCHEDULE_TO_START')) throw noWorker(via.site)
      if (isTimeout(error)) throw silent(host, via.site, error)
      throw toCul8erError(error)
    }
  }
}

const silent = (host: string, site: string | undefined, cause: unknown): Cul8erError =>
  new Cul8erError(
    'UNREACHABLE',
    `the worker${site === undefined ? '' : ` of site ${site}`} gave no answer for host ${host}`,
    {
      hint: 'it may have ended in the middle of it; its log says why',
      cause,
    },
  )
