import type { Client, ClientChannel } from 'ssh2'
import { killLine } from './remote-line.js'
import { execOn } from './sessions.js'

export interface Remote {
  channel: ClientChannel
  /** Of the command on the host; null as long as it is not known. */
  pid: () => number | null
  /** The connection that it runs over. */
  sameConnection: Client
  another: () => Promise<Client>
}

// By then a server that passes signals on has done so.
const BY_PID_MS = 250
// As on this machine: what runs inside an instance gets the signal and may ignore it.
const KILL_AFTER_MS = 2_000
// A host that does not react at all is not waited for any longer.
const GIVE_UP_MS = 5_000

/**
 * Ends a command on a host: by a signal over its channel, which not every server takes, and by its process ID; over another connection where
 * this one takes no more sessions. At last the channel is closed from this side.
 */
export function endRemote({ channel, pid, sameConnection, another }: Remote): void {
  let ended = false
  channel.once('close', () => (ended = true))
  const later = (ms: number, what: () => void): void => {
    const timer = setTimeout(() => ended || what(), ms)
    channel.once('close', () => clearTimeout(timer))
  }
  const send = (signal: 'TERM' | 'KILL'): void => {
    try {
      channel.signal(signal)
    } catch {
      // Closed already.
    }
  }
  const kill = (signal: 'TERM' | 'KILL'): void => {
    const id = pid()
    if (id !== null) void byPid(sameConnection, another, killLine(signal, id))
  }
  send('TERM')
  later(BY_PID_MS, () => kill('TERM'))
  later(KILL_AFTER_MS, () => (send('KILL'), kill('KILL')))
  later(GIVE_UP_MS, () => {
    channel.removeAllListeners('data').resume()
    channel.destroy()
    // ssh2 says so only once the host has closed it, too.
    channel.emit('close')
  })
}

async function byPid(client: Client, another: () => Promise<Client>, line: string): Promise<void> {
  try {
    await ran(client, line)
  } catch {
    const other = await another().catch(() => null)
    await (other === null ? null : ran(other, line).catch(() => {}))
    other?.end()
  }
}

async function ran(client: Client, line: string): Promise<void> {
  const channel = await execOn(client, line)
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, GIVE_UP_MS)
    channel.once('close', () => (clearTimeout(timer), resolve())).on('error', () => {})
    channel.resume().end()
    channel.stderr.resume()
  })
}
