import { rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** Incus's own socket. */
const REAL = '/var/lib/incus/unix.socket'

/** A socket that leads to the real Incus, and can fall silent as a host does that hangs: connections open, nothing answers. */
export class IncusProxy {
  private readonly pairs = new Set<[Socket, Socket]>()
  private silent = false

  private constructor(
    private readonly server: Server,
    readonly path: string,
  ) {}

  static async open(path: string): Promise<IncusProxy> {
    const server = createServer()
    const proxy = new IncusProxy(server, path)
    server.on('connection', (socket) => proxy.forward(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    return proxy
  }

  fallSilent(): void {
    this.silent = true
    for (const [a, b] of this.pairs) [a, b].forEach((socket) => socket.pause())
  }

  speak(): void {
    this.silent = false
    for (const [a, b] of this.pairs) [a, b].forEach((socket) => socket.resume())
  }

  async close(): Promise<void> {
    for (const [a, b] of this.pairs) [a, b].forEach((socket) => socket.destroy())
    await new Promise((resolve) => this.server.close(resolve))
    await rm(this.path, { force: true })
  }

  private forward(client: Socket): void {
    const incus = connect(REAL)
    const pair: [Socket, Socket] = [client, incus]
    this.pairs.add(pair)
    client.on('data', (data) => incus.write(data))
    incus.on('data', (data) => client.write(data))
    client.on('end', () => incus.end())
    incus.on('end', () => client.end())
    for (const socket of pair) {
      if (this.silent) socket.pause()
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.pairs.delete(pair)
        pair.forEach((other) => other.destroy())
      })
    }
  }
}
