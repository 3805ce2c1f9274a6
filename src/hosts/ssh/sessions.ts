import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, ClientChannel } from 'ssh2'
import { Cul8erError } from '../../errors.js'
import { channelRefusal } from './channel-refusal.js'

// sshd lets 10 run over one connection unless MaxSessions says otherwise; what ends a command needs one, and so does a look.
const MOST = 8
// One that answers nothing at all is not there any more.
const ANSWER_MS = 10_000
const PATIENCE_MS = 10_000
const RETRY_MS = 50

/** The connection broke before a command began: it can be begun over another one. */
export class ConnectionLost extends Error {}

/** What people hear of a connection that broke. */
export const connectionLost = (host: string): Cul8erError =>
  new Cul8erError('UNREACHABLE', `the SSH connection to host ${host} was lost`, {
    hint: 'a command that was running there may have been carried out',
    details: { host },
  })

/** Commands over one connection: so many at a time as its server takes, the others in turn. */
export class Sessions {
  private most = MOST
  /** Those that run, and those that are being begun. */
  private running = 0
  private begun = 0
  /** So many ran at once: what the server takes at least. It may refuse one more for a moment after another ended. */
  private proven = 0
  private readonly waiting: (() => void)[] = []

  constructor(
    private readonly host: string,
    private readonly client: Client,
  ) {}

  /**
   * Begins a command once it is its turn.
   * @throws ConnectionLost, Cul8erError UNREACHABLE for a server that takes none, the signal's reason
   */
  async open(line: string, signal?: AbortSignal): Promise<ClientChannel> {
    const until = performance.now() + PATIENCE_MS
    for (;;) {
      await this.turn(signal)
      try {
        const channel = await execOn(this.client, line)
        this.begun += 1
        this.proven = Math.max(this.proven, this.begun)
        channel.once('close', () => {
          this.begun -= 1
          this.done()
        })
        if (!signal?.aborted) return channel
        channel.close()
        signal.throwIfAborted()
      } catch (error) {
        if (error === signal?.reason) throw error
        this.most = error instanceof Refused ? Math.max(1, this.proven) : this.most
        this.done()
        if (!(error instanceof Refused)) throw error
        if (this.begun === 0 && performance.now() > until) throw noSession(this.host, error.message)
        await sleep(RETRY_MS, undefined, { signal })
      }
    }
  }

  /**
   * Begins a command at once, beside those that run.
   * @throws as `open` does
   */
  async openAhead(line: string, signal?: AbortSignal): Promise<ClientChannel> {
    for (const until = performance.now() + PATIENCE_MS; ;) {
      signal?.throwIfAborted()
      try {
        const channel = await execOn(this.client, line)
        if (!signal?.aborted) return channel
        channel.close()
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        if (performance.now() > until) throw noSession(this.host, error.message)
        await sleep(RETRY_MS, undefined, { signal })
      }
    }
  }

  private async turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    if (this.running < this.most) return void (this.running += 1)
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1)
        reject(signal?.reason as Error)
      }
      const go = (): void => {
        signal?.removeEventListener('abort', abort)
        this.running += 1
        resolve()
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.waiting.push(go)
    })
  }

  private done(): void {
    this.running -= 1
    while (this.running < this.most && this.waiting.length > 0) this.waiting.shift()!()
  }
}

/** The server does not take one more session. */
export class Refused extends Error {}

/**
 * Begins a command, whatever else runs.
 * @throws Refused, ConnectionLost
 */
export function execOn(client: Client, line: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const lost = (): void => {
      // Whoever uses it finds out now, and not one by one.
      client.destroy()
      reject(new ConnectionLost('no answer'))
    }
    const timer = setTimeout(lost, ANSWER_MS)
    const answered = (error: Error | undefined, channel: ClientChannel): void => {
      clearTimeout(timer)
      if (!error) return resolve(channel)
      const { is, text } = channelRefusal(error)
      if (is !== 'lost' || error.message === 'Unable to exec') return reject(new Refused(text))
      reject(new ConnectionLost(error.message))
    }
    try {
      client.exec(line, answered)
    } catch (error) {
      // ssh2 throws where it is not connected.
      clearTimeout(timer)
      reject(new ConnectionLost(String(error)))
    }
  })
}

const noSession = (host: string, said: string): Cul8erError =>
  new Cul8erError('UNREACHABLE', `host ${host} runs no command for this login${said === '' ? '' : `: ${said}`}`, {
    hint: 'MaxSessions in its sshd_config must be 1 at least, and the login needs a shell',
    details: { host },
  })
