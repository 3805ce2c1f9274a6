import type { AddressKind } from '../address.js'
import { isPort, parseBare } from '../bare.js'

const LOGIN = /^[A-Za-z_][\w.-]*@/

/** A machine whose Incus client is run over SSH. Without a user it is the one that SSH's own configuration says. */
export const ssh = {
  name: 'ssh',
  words: ["'user@host[:port]'", 'a bare name (SSH)'],
  read: ({ address, platform }) => {
    const login = LOGIN.test(address)
    if (platform === 'icusos' && !login) return null
    const bare = parseBare(address.replace(LOGIN, ''))
    return bare !== null && (bare.port === null || isPort(bare.port)) ? address : null
  },
  // Who logs in makes no other machine.
  machine: ({ address }) => address.replace(/^[^@/]*@/, '').replace(/:22$/, ''),
  unfit: (platform) => (platform === 'icusos' ? "'https://host:8443': icusos has no SSH" : undefined),
} as const satisfies AddressKind
