import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * What a process listens on over IPv4.
 * proc(5): local address as HEX:PORT in the machine's byte order, state 0A is LISTEN, the tenth column is the inode.
 */
export function listeners(pid: number): { host: string; port: number }[] {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`)
      } catch {
        return ''
      }
    }),
  )
  return readFileSync(`/proc/${pid}/net/tcp`, 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && sockets.has(`socket:[${inode}]`))
    .map(([, local = '']) => {
      const [address = '', port = ''] = local.split(':')
      const host = [...Buffer.from(address, 'hex')].reverse().join('.')
      return { host, port: parseInt(port, 16) }
    })
}
