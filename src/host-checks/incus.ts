import type { HostCheckKind } from './check.js'

/** The oldest Incus that cul8er is tried with. */
const OLDEST = [6, 0] as const

export const incus: HostCheckKind = {
  name: 'Incus',
  judge: ({ server: { version } }) => {
    const [major = 0, minor = 0] = version.split('.').map(Number)
    const enough = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
    return enough
      ? { outcome: 'ok', found: version }
      : { outcome: 'failure', found: version, hint: `upgrade Incus on the host to ${OLDEST.join('.')} or newer` }
  },
}
