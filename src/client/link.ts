import { Client, Connection } from '@temporalio/client'
import type { PayloadCodec } from '@temporalio/common'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Requester } from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import { payloadCodecs, wantsEncryption } from '../payloads/codecs.js'
import { loadFormerKeys, loadSealKey } from '../secrets/seal-key.js'
import { ensureService } from '../service/ensure.js'
import { refuseForeignHome } from '../service/own.js'
import { serviceHome } from '../service/paths.js'
import { configuredTarget, isConfigured } from '../service/target.js'
import { interceptors } from './interceptors.js'
import { isNoAnswer, isNoWorker, toCul8erError } from '../ledgers/failures.js'
import { refusal } from './refusal.js'
import { requester, type Typed } from './requester.js'

/** Which Temporal server to connect to; without anything, that of the environment, else the embedded service. */
export interface LinkOptions {
  /** `HOST:PORT` of a Temporal server; absent: TEMPORAL_ADDRESS or a profile, else the embedded service. */
  address?: string
  namespace?: string
  /** Folder of the embedded service; default CUL8ER_HOME or the user's state folder. */
  home?: string
  env?: NodeJS.ProcessEnv
  /** Kept in the history of what is asked for. */
  typed?: Typed
}

/** ms for which a call is tried again: a restart of the embedded service, or a short cut of the network. */
const PATIENCE_MS = { embedded: 60_000, configured: 20_000 }
/** ms of one attempt, for calls that need a worker. */
const ATTEMPT_MS = 10_000
const CONNECT_MS = 5_000
/** ms that a connection to an address that is gone is left open: longer than an attempt. */
const RETIRED_MS = 60_000
const BETWEEN_MS = 200

/** The way to a Temporal server, made again when the embedded service comes back at another address. */
export class Link {
  #client: Client
  #closed = false
  private constructor(
    client: Client,
    readonly home: string,
    /** null: a server of the user's own. */
    readonly uiUrl: string | null,
    private address: string,
    private readonly namespace: string,
    private readonly codecs: PayloadCodec[],
    private readonly env: NodeJS.ProcessEnv,
    /** Who asks. */
    readonly by: Requester,
  ) {
    this.#client = client
  }

  /** @throws Cul8erError SERVICE when the server cannot be reached or the embedded service does not start, PERMISSION for a foreign home */
  static async open({ address, namespace, home, env = process.env, typed }: LinkOptions = {}): Promise<Link> {
    const folder = home ?? serviceHome(env)
    refuseForeignHome(folder)
    const by = requester(typed)
    const keys = { home: folder, env }
    const [key, former] = [await loadSealKey(keys), await loadFormerKeys(keys)]
    const codecs = payloadCodecs({ key, former, side: 'command', encrypt: wantsEncryption(env) })
    if (address === undefined && !isConfigured(env)) {
      const service = await ensureService(folder)
      const name = namespace ?? 'default'
      const client = await connect({ address: service.address }, { namespace: name, codecs })
      return new Link(client, folder, service.uiUrl, service.address, name, codecs, env, by)
    }
    const target = configuredTarget(env, { address, namespace })
    const refused = await refusal(target.connection.address, env)
    if (refused !== null) throw unreachable(target.connection.address, refused, 'connection refused')
    const client = await connect(target.connection, { namespace: target.namespace, codecs })
    return new Link(client, folder, null, target.connection.address, target.namespace, codecs, env, by)
  }

  get client(): Client {
    return this.#client
  }

  /** Brings the embedded service back when it is gone, and follows it to another address. */
  async revive(): Promise<void> {
    if (this.uiUrl === null || this.#closed) return
    const { address } = await ensureService(this.home)
    if (address === this.address) return
    const old = this.#client
    this.#client = await connect({ address }, { namespace: this.namespace, codecs: this.codecs })
    this.address = address
    // Calls under way may still be answered there: they get their time.
    setTimeout(() => void old.connection.close().catch(() => undefined), RETIRED_MS).unref()
  }

  /** The keys of the home, the newest one first. */
  async keys(): Promise<[Uint8Array, ...Uint8Array[]]> {
    const from = { home: this.home, env: this.env }
    return [await loadSealKey(from), ...(await loadFormerKeys(from))]
  }

  /** ms for which a call is tried again. */
  get patienceMs(): number {
    return this.uiUrl === null ? PATIENCE_MS.configured : PATIENCE_MS.embedded
  }

  /**
   * Runs a call that may be made twice, again until it is answered.
   * @throws Cul8erError what the call was answered with; SERVICE when nobody answers in time
   */
  async call<T>(run: (client: Client) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.patienceMs
    for (;;) {
      try {
        const client = this.#client
        return await client.withDeadline(Date.now() + ATTEMPT_MS, () => run(client))
      } catch (error) {
        if (!isNoAnswer(error) || this.#closed) throw toCul8erError(error)
        if (Date.now() > deadline) throw this.#noAnswer(error)
        await this.revive()
        await sleep(BETWEEN_MS)
      }
    }
  }

  /** Waiting for an operation ends with the connection. */
  get closed(): boolean {
    return this.#closed
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#client.connection.close()
  }

  #noAnswer(cause: unknown): Cul8erError {
    if (isNoWorker(cause)) {
      return new Cul8erError('SERVICE', `no worker answers at the Temporal server ${this.address}`, {
        hint: this.uiUrl === null ? 'start one with cul8er worker' : 'cul8er service logs worker shows why',
        cause,
      })
    }
    return unreachable(this.address, cause)
  }
}

type Target = NonNullable<Parameters<typeof Connection.connect>[0]>

async function connect(
  target: Target,
  { namespace, codecs }: { namespace: string; codecs: PayloadCodec[] },
): Promise<Client> {
  try {
    const connection = await Connection.connect({ connectTimeout: CONNECT_MS, interceptors: interceptors(), ...target })
    return new Client({ connection, namespace, dataConverter: { payloadCodecs: codecs } })
  } catch (cause) {
    throw unreachable(target.address ?? 'localhost:7233', cause)
  }
}

const unreachable = (address: string, cause: unknown, why?: string): Cul8erError =>
  new Cul8erError(
    'SERVICE',
    `the Temporal server at ${address} does not answer${why === undefined ? '' : `: ${why}`}`,
    {
      hint: 'is it up, and is the address right (--address, TEMPORAL_ADDRESS)? cul8er doctor checks',
      cause,
    },
  )
