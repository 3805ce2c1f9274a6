import { derivedKey } from './derived-key.js'

/** What labels call the control plane that has this key: nobody finds the key by it. */
export const ownerOf = (key: Uint8Array): string => derivedKey(key, 'owner').toString('hex').slice(0, 16)
