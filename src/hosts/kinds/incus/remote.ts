/** Where an Incus that listens to the network listens, unless its address says otherwise; as the Incus client has it. */
export const INCUS_PORT = 8443

/** An Incus of another machine, as its API is reached. */
export interface Remote {
  /** Made of host and port, which it tells again: what the Incus client calls the remote, and the name of its certificate's file. */
  name: string
  /** A name or an address; IPv6 without brackets. */
  hostname: string
  port: number
}

/** @param address - in normal form: `https://host[:port]` */
export function remoteOf(address: string): Remote {
  // A URL drops the port that is its scheme's own.
  const port = Number(/:(\d+)\/?$/.exec(address)?.[1] ?? INCUS_PORT)
  const hostname = new URL(address).hostname.replace(/^\[|\]$/g, '')
  // Remotes have no colon in their names, and hosts have no underscore.
  return { name: `${hostname.replaceAll(':', '_')}-${port}`, hostname, port }
}

/** The remote that `remoteOf` gave this name; null when it is none of them. */
export function remoteNamed(name: string): Remote | null {
  const [, host, port] = /^(.+)-(\d+)$/.exec(name) ?? []
  return host === undefined ? null : { name, hostname: host.replaceAll('_', ':'), port: Number(port) }
}

/** What an IPv6 address is written as where a port follows. */
export const urlOf = ({ hostname, port }: Pick<Remote, 'hostname' | 'port'>): string =>
  `https://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
