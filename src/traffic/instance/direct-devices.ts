import { isIPv4 } from 'node:net'

export type Devices = Record<string, Record<string, string>>

/** Public ports are devices whose names begin so. */
export const DEVICE = 'port-'

/** How connections can reach the edge through the kernel alone. */
export interface Direct {
  /** The IPv4 address that the edge's instance keeps. */
  own: string
  /** IPv4 addresses of the host. */
  addresses: readonly string[]
}

/** The device that opens a port on every address of the host, loopback among them: a process that copies every byte. */
export const anywhere = (port: number): string => `${DEVICE}${port}`

/**
 * Devices beside those that listen anywhere: what comes to one of these addresses is sent on by the kernel and keeps the client's
 * address. null: there is no such way.
 */
export function directDevices(ports: readonly number[], direct: Direct | null): Devices {
  if (direct === null) return {}
  const { own, addresses } = direct
  const usable = [...new Set(addresses)].filter(isOutward).sort().slice(0, MOST_ADDRESSES)
  return Object.fromEntries(
    ports.flatMap((port) =>
      usable.map((address) => [
        `${DEVICE}${port}-${address.replaceAll('.', '-')}`,
        { type: 'proxy', nat: 'true', listen: `tcp:${address}:${port}`, connect: `tcp:${own}:${port}` },
      ]),
    ),
  )
}

/** Devices of public ports that are to go, and direct ones that are to come; one that has to change does both. */
export function deviceChanges(
  now: Devices,
  ports: readonly number[],
  direct: Devices,
): { remove: string[]; add: string[] } {
  const kept = new Set(ports.map(anywhere))
  const isAsWanted = (name: string): boolean =>
    Object.entries(direct[name] ?? {}).every(([key, value]) => now[name]?.[key] === value)
  return {
    remove: Object.keys(now)
      .filter((name) => name.startsWith(DEVICE) && !kept.has(name) && !(name in direct && isAsWanted(name)))
      // The way by the kernel first: what it sends on would be refused while the other one still answered.
      .sort((a, b) => b.length - a.length),
    add: Object.keys(direct).filter((name) => !(name in now) || !isAsWanted(name)),
  }
}

// Adding a device takes 70 ms. What comes to other addresses takes the way of the devices that listen anywhere.
const MOST_ADDRESSES = 8

const isOutward = (address: string): boolean => isIPv4(address) && !/^(127|169\.254|0)\./.test(address)
