import type { AddressKind } from '../address.js'

/** A host in memory, for a first look and for tests: any address will do. */
export const emulated = {
  name: 'emulated',
  words: [],
  read: ({ address, platform }) => (platform === 'emulated' ? address : null),
  machine: ({ name }) => `emulated ${name}`,
  containersOnly: true,
} as const satisfies AddressKind
