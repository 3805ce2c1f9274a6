import { join } from 'node:path'

/** cul8er's own file of known host keys, beside those of OpenSSH. */
export const ownKnownHosts = (home: string): string => join(home, 'known_hosts')
