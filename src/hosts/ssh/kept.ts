import type { Client } from 'ssh2'
import { unlessAborted } from '../../waiting/unless-aborted.js'
import { socketAgent, type SocketAgent } from './forwarded.js'
import { ConnectionLost, connectionLost, Sessions } from './sessions.js'

/** A connection, and what is known of it. */
export interface Connection {
  readonly client: Client
  readonly sessions: Sessions
  /** The host's Incus by its socket. */
  readonly incus: SocketAgent
  /** The same for what must not wait behind others. */
  readonly incusAhead: SocketAgent
}

/** One connection to a host: opened when it is first needed, opened again when it broke. */
export class KeptConnection {
  private opening: Promise<Connection> | null = null
  private client: Client | null = null
  private closed = false

  constructor(
    private readonly host: string,
    private readonly openClient: () => Promise<Client>,
  ) {}

  /**
   * The connection. Who waits for it shares the one that is being opened; a signal ends the waiting, not the opening.
   * @throws as `openClient` does, or the signal's reason
   */
  async get(signal?: AbortSignal): Promise<Connection> {
    signal?.throwIfAborted()
    if (this.closed) throw new Error(`the connection to host ${this.host} was closed`)
    const opening = (this.opening ??= this.open())
    return signal === undefined ? opening : unlessAborted(opening, signal)
  }

  /**
   * What is begun over the connection. One that broke while nobody used it is found out about here: nothing was begun, so it is over the next one.
   * @throws Cul8erError UNREACHABLE where that breaks as well; as `get` and `begin` do
   */
  async over<T>(begin: (connection: Connection) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let left = 2; ; left -= 1) {
      const connection = await this.get(signal)
      try {
        return await begin(connection)
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error
        if (left <= 1) throw connectionLost(this.host)
        this.drop(connection.client)
      }
    }
  }

  /** Another connection, for what this one does not take any more. Whoever opens it ends it. */
  another(): Promise<Client> {
    return this.openClient()
  }

  /** A connection that answers no more: the next one is another. */
  drop(client: Client): void {
    client.destroy()
    if (this.client === client) this.opening = null
  }

  async close(): Promise<void> {
    this.closed = true
    const opened = await this.opening?.catch(() => null)
    this.forget(this.opening)
    opened?.incus.destroy()
    opened?.incusAhead.destroy()
    opened?.client.end()
  }

  private open(): Promise<Connection> {
    const opening = this.openClient().then((client) => {
      this.client = client
      client.once('close', () => this.forget(opening))
      return {
        client,
        sessions: new Sessions(this.host, client),
        incus: socketAgent(client),
        incusAhead: socketAgent(client),
      }
    })
    // What failed is tried again by whoever comes next.
    opening.catch(() => this.forget(opening))
    return opening
  }

  private forget(which: Promise<Connection> | null): void {
    if (this.opening === which) this.opening = null
  }
}
