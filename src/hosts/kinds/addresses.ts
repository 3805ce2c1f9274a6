import type { AddressKind } from './address.js'
import { emulated } from './emulated/address.js'
import { incus } from './incus/address.js'
import { local } from './local/address.js'
import { ssh } from './ssh/address.js'

/** Every kind of host, in the order in which they are asked whether an address is theirs. */
export const ADDRESS_KINDS = [emulated, local, incus, ssh] as const satisfies readonly AddressKind[]

/** The name of a kind of host. */
export type HostKindName = (typeof ADDRESS_KINDS)[number]['name']

/** @throws Error for a name that no kind has: never another kind in its place */
export function addressKind(name: string): AddressKind<HostKindName> {
  const found = ADDRESS_KINDS.find((kind) => kind.name === name)
  if (found === undefined) throw new Error(`unknown kind of host ${name}`)
  return found
}
