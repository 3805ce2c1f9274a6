import { bySite, type Seen, type WatchInput } from '../../src/contracts/index.js'
import { lookUntilSeen } from './look.js'

/**
 * Watches the instances of a topology between operations, and ends with what it saw when there is something to tell its ledger. Those of a
 * site are watched from there.
 */
export const watch = (input: WatchInput): Promise<Seen> =>
  lookUntilSeen(input, `health of ${input.topology}`, (activities, look) => activities.watchHealth(look), parts(input))

function parts(input: WatchInput): { site: string | undefined; input: WatchInput }[] {
  const { hosts } = input.revision.topology
  return bySite(hosts).map(({ site, hosts: own }) => {
    const elsewhere = Object.keys(hosts).filter((host) => own[host] === undefined)
    return { site, input: { ...input, without: [...new Set([...(input.without ?? []), ...elsewhere])] } }
  })
}
