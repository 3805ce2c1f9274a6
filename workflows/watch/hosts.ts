import { bySite, type HostsSeen, type HostWatchInput } from '../../src/contracts/index.js'
import { lookUntilSeen } from './look.js'

/**
 * Watches the hosts of a topology, and ends with what it saw when one of them came to another state. Those of a site are watched from
 * there: a site whose worker is gone tells nothing, and is no failure of its hosts.
 */
export async function hostWatch(input: HostWatchInput): Promise<HostsSeen> {
  const parts = bySite(input.hosts).map(({ site, hosts }) => ({ site, input: { ...input, hosts } }))
  const seen = await lookUntilSeen(
    input,
    `hosts of ${input.topology}`,
    (activities, look) => activities.watchHosts(look),
    parts,
  )
  return { ...seen, hosts: { ...input.known, ...seen.hosts } }
}
