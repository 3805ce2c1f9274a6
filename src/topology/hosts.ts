import type { Host, HostKind, Platform } from './model.js'

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

/** The machine behind a name: of two names that give the same, one is too many. An emulated host is its name. */
export function machineOf(name: string, { kind, address }: Pick<Host, 'kind' | 'address'>): string {
  if (kind === 'emulated') return `emulated ${name}`
  if (kind === 'local') return 'local'
  // Who logs in makes no other machine.
  return address.replace(/^[^@/]*@/, '').replace(kind === 'ssh' ? /:22$/ : /\/$/, '')
}

/** Hosts by name, each machine once: of its names the last one stays. */
export function eachMachineOnce(...named: Record<string, Host>[]): Record<string, Host> {
  const byMachine = new Map<string, [string, Host]>()
  for (const [name, host] of named.flatMap((hosts) => Object.entries(hosts))) {
    const machine = machineOf(name, host)
    byMachine.delete(machine)
    byMachine.set(machine, [name, host])
  }
  return Object.fromEntries(byMachine.values())
}

function isRemote(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { username, password, pathname, search, hash } = new URL(address)
  return username + password + search + hash === '' && pathname === '/'
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535
