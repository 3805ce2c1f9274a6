import type { Exposure } from './exposure.js'
import { isHalfDone } from './half-done.js'
import type { Ours } from './planned-change.js'

/**
 * Instances, of which those that are half changed say so where an edge gives them no request. What a lost operation had in its hands
 * nobody can name; what it had finished is in the traffic and stays there.
 */
export const withDrained = (
  ours: readonly Ours[],
  { dirty, exposures }: { dirty: readonly string[]; exposures: readonly Exposure[] },
): Ours[] => ours.map((i) => (isHalfDone(i, dirty) && isDrained(i, exposures) ? { ...i, drained: true } : i))

function isDrained({ host, name }: Ours, exposures: readonly Exposure[]): boolean {
  const servers = exposures.flatMap(({ host: at, current }) =>
    at === host ? (current?.pools ?? []).flatMap((pool) => pool.servers.filter((server) => server.name === name)) : [],
  )
  return servers.length > 0 && servers.every(({ state }) => state === 'drain')
}
