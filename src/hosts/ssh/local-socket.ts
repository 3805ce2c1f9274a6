import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'ssh2'
import { INCUS_SOCKET } from './forwarded.js'
import { KeptConnection } from './kept.js'

/** ms without a connection after which nothing is kept open any more. */
const IDLE_MS = 30_000

/**
 * A socket of this machine that leads to the Incus of a host, for a client that speaks to sockets alone. It has an SSH connection of its
 * own: what passes through may be gigabytes, and commands are not to wait behind it. Nobody else of this machine can open its folder.
 */
export class LocalSocket {
  private opening: Promise<Opened> | null = null
  private idle: NodeJS.Timeout | null = null

  constructor(
    private readonly host: string,
    private readonly openClient: () => Promise<Client>,
  ) {}

  /** Its path, for some seconds at least. */
  async path(): Promise<string> {
    this.opening ??= this.open()
    const opened = await this.opening.catch((error: unknown) => {
      this.opening = null
      throw error
    })
    this.rest(opened)
    return opened.path
  }

  async close(): Promise<void> {
    const { opening } = this
    this.opening = null
    if (this.idle !== null) clearTimeout(this.idle)
    const opened = await opening?.catch(() => null)
    if (opened == null) return
    opened.server.close()
    opened.sockets.forEach((socket) => socket.destroy())
    await opened.kept.close()
    await rm(opened.folder, { recursive: true, force: true })
  }

  private async open(): Promise<Opened> {
    // A path of a socket has 107 characters at most, and a home may be deep.
    const folder = await mkdtemp(join(tmpdir(), 'cul8er-incus-'))
    const path = join(folder, 'socket')
    const kept = new KeptConnection(this.host, this.openClient)
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.once('close', () => {
        sockets.delete(socket)
        this.rest(opened)
      })
      void lead(socket, kept)
    })
    const opened: Opened = { folder, path, kept, sockets, server }
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    server.unref()
    return opened
  }

  private rest({ sockets }: Opened): void {
    if (this.idle !== null) clearTimeout(this.idle)
    this.idle = setTimeout(() => sockets.size === 0 && void this.close(), IDLE_MS)
    this.idle.unref()
  }
}

interface Opened {
  folder: string
  path: string
  kept: KeptConnection
  sockets: Set<Socket>
  server: Server
}

/** What one side says is for the other, as fast as that takes it; when one ends, both do. */
async function lead(socket: Socket, kept: KeptConnection): Promise<void> {
  // It may end before there is anybody on the other side.
  socket.on('error', () => socket.destroy())
  try {
    const { client } = await kept.get()
    client.openssh_forwardOutStreamLocal(INCUS_SOCKET, (error, channel) => {
      if (error) return void socket.destroy()
      channel.on('error', () => socket.destroy())
      channel.once('close', () => socket.destroy())
      socket.once('close', () => channel.destroy())
      socket.pipe(channel).pipe(socket)
    })
  } catch {
    socket.destroy()
  }
}
