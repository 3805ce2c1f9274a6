import type { AddressKind } from '../address.js'
import { isPort, parseBare } from '../bare.js'
import { INCUS_PORT, remoteOf, urlOf } from './remote.js'

/** An Incus of another machine, over its API. What runs IncusOS has no SSH, so that a bare name there is one of these. */
export const incus = {
  name: 'incus',
  words: ["'https://host:8443'"],
  read: ({ address, platform }) => {
    if (address.startsWith('https://')) return isRemote(address) ? address : null
    const bare = platform === 'icusos' ? parseBare(address) : null
    if (bare === null || (bare.port !== null && !isPort(bare.port))) return null
    return `https://${bare.host}:${bare.port ?? INCUS_PORT}`
  },
  machine: ({ address }) => urlOf(remoteOf(address)),
} as const satisfies AddressKind

function isRemote(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { username, password, hostname, pathname, search, hash } = new URL(address)
  // An underscore stands for the colon of IPv6 in the name of the remote, and of the file with its certificate.
  return username + password + search + hash === '' && pathname === '/' && !hostname.includes('_')
}
