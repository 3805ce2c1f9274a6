import type { Platform } from '../topology/model.js'
import type { HostCheckKind } from './check.js'

/** How the operating system calls itself, by what a topology calls it. */
const NAMES: Record<Platform, RegExp> = {
  arch_linux: /^arch/i,
  debian: /^debian/i,
  ubuntu: /^ubuntu/i,
  icusos: /^incus ?os/i,
  emulated: /./,
}

export const platform: HostCheckKind = {
  name: 'platform',
  judge: ({ server: { os } }, { host }) => {
    if (os === '') return null
    const declared = host.platform === 'icusos' ? 'incusos' : host.platform
    return NAMES[host.platform].test(os)
      ? { outcome: 'ok', found: os }
      : { outcome: 'warning', found: `${os}, declared as ${declared}`, hint: 'correct `platform` in the topology file' }
  },
}
