import type { HostKind, Platform } from './model.js'

const SSH = /^[A-Za-z_][\w.-]*@(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?$/

/** What `hostKind` understands, for error texts. */
export const ADDRESSES = "'localhost', 'user@host[:port]' or 'https://host:8443'"

/** How commands reach a host; null when the address says nothing that we understand. */
export function hostKind(address: string, platform: Platform): HostKind | null {
  if (platform === 'emulated') return 'emulated'
  if (address === 'localhost' || address === '127.0.0.1') return 'local'
  if (address.startsWith('https://')) return isRemote(address) ? 'incus' : null
  const ssh = SSH.exec(address)
  if (ssh === null) return null
  return ssh[1] === undefined || isPort(Number(ssh[1])) ? 'ssh' : null
}

function isRemote(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { username, password, pathname, search, hash } = new URL(address)
  return username + password + search + hash === '' && pathname === '/'
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535
