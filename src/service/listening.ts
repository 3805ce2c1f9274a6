import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Whether this very process listens on the port. Two services that start at the same time may choose the same port; an answer
 * on it does not say whose it is. Elsewhere than on Linux an answer has to do.
 */
export function listensOn(pid: number, port: number): boolean {
  if (process.platform !== 'linux') return true
  const inodes = new Set([...listeners(`/proc/${pid}/net/tcp`, port), ...listeners(`/proc/${pid}/net/tcp6`, port)])
  return inodes.size > 0 && sockets(pid).some((inode) => inodes.has(inode))
}

// proc(5): local address as HEX:PORT, state 0A is LISTEN, the tenth column is the inode.
function listeners(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return read(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, local, , state, , , , , , inode]) =>
      state === '0A' && local?.endsWith(suffix) === true && inode !== undefined ? [inode] : [],
    )
}

function sockets(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(link(pid, fd))?.[1] ?? [])
  } catch {
    return []
  }
}

function link(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`)
  } catch {
    return ''
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
