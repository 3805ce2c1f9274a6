import { createServer, type RequestListener, type Server } from 'node:http'
import type { EmulatedApp } from './model.js'

/** What an app says about itself. */
export interface AppIdentity {
  release: string
  version: string
  instance: string
}

/** The HTTP servers of running instances, one an app, on the instances' own loopback addresses. */
export class Apps {
  private readonly servers = new Map<string, { server: Server; timer?: NodeJS.Timeout }>()

  /** Listens when the promise resolves; a port that is taken is told, not thrown, as an app writes it into its log. */
  async start(
    key: string,
    {
      app,
      identity,
      address,
      port,
      startedAt,
    }: { app: EmulatedApp; identity: AppIdentity; address: string; port: number; startedAt: number },
  ): Promise<string | null> {
    await this.stop(key)
    const server = createServer(answer(app, identity, startedAt))
    const failure = await new Promise<string | null>((resolve) => {
      server.once('error', (error) => resolve(error.message))
      server.listen(port, address, () => resolve(null))
    })
    if (failure !== null) return failure
    const dies = typeof app.health === 'object' && 'diesAfterMs' in app.health ? app.health.diesAfterMs : null
    const timer =
      dies === null
        ? undefined
        : setTimeout(() => void this.stop(key), Math.max(0, startedAt + dies - Date.now())).unref()
    this.servers.set(key, { server, ...(timer === undefined ? {} : { timer }) })
    return null
  }

  async stop(key: string): Promise<void> {
    const found = this.servers.get(key)
    if (found === undefined) return
    this.servers.delete(key)
    clearTimeout(found.timer)
    await new Promise<void>((resolve) => {
      found.server.close(() => resolve())
      found.server.closeAllConnections()
    })
  }

  /** Keys that begin with the prefix. */
  running(prefix: string): string[] {
    return [...this.servers.keys()].filter((key) => key.startsWith(prefix))
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.servers.keys()].map((key) => this.stop(key)))
  }
}

const answer =
  (app: EmulatedApp, identity: AppIdentity, startedAt: number): RequestListener =>
  (request, response) => {
    request.resume()
    request.on('end', () => {
      const status = healthStatus(app.health, Date.now() - startedAt)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(status === 200 ? (app.body ?? identity) : { ...identity, error: `status ${status}` }))
    })
  }

function healthStatus(health: EmulatedApp['health'], ageMs: number): number {
  if (health === 'ok') return 200
  if (health === 'never') return 503
  if ('afterMs' in health) return ageMs >= health.afterMs ? 200 : 503
  if ('failsAfterMs' in health) return ageMs >= health.failsAfterMs ? 500 : 200
  return 200
}
