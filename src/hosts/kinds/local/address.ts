import type { AddressKind } from '../address.js'

/** The machine that the worker runs on. */
export const local = {
  name: 'local',
  words: ["'localhost'"],
  read: ({ address }) => (address === 'localhost' || address === '127.0.0.1' ? address : null),
  machine: () => 'local',
} as const satisfies AddressKind
