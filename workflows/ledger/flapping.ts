import type { Flapping, HostChange, LedgerState } from '../../src/contracts/index.js'
import { after } from './state.js'

/*
 * A host that dies and comes back again and again would have its instances moved back and forth. As BGP damps a route that flaps (RFC 2439,
 * with the values that routers ship): each return adds to a penalty, half of which is forgotten every 15 minutes. Beyond a limit the
 * host takes no part until it was quiet for so long that little of it is left.
 */

const PER_RETURN = 1_000
const HALF_LIFE_MS = 15 * 60_000
/** From here on a host takes no part … */
const SUPPRESS = 2_000
/** … until as little as this is left. */
const REUSE = 750
/** However often it came back, it waits no longer. */
const LONGEST_MS = 60 * 60_000
const MOST = REUSE * 2 ** (LONGEST_MS / HALF_LIFE_MS)

/** After a return of a host at `at`, an ISO time; `before`: what is known of those before it. */
export function afterReturn(before: Flapping | undefined, at: string): Flapping {
  const penalty = Math.min(MOST, (before === undefined ? 0 : penaltyAt(before, ms(at))) + PER_RETURN)
  const waits = penalty > SUPPRESS || (before?.quietUntil !== undefined && ms(before.quietUntil) > ms(at))
  return { penalty, at, ...(waits ? { quietUntil: after(at, quietMs(penalty)) } : {}) }
}

/** How restless hosts are after these changes; of one that was quiet for long nothing is known any more. */
export function flappingAfter(
  { flapping = {} }: Pick<LedgerState, 'flapping'>,
  changes: readonly HostChange[],
): LedgerState['flapping'] {
  const now = Math.max(0, ...changes.map(({ at }) => ms(at)))
  const next: Record<string, Flapping> = Object.fromEntries(
    Object.entries(flapping).filter(([, each]) => penaltyAt(each, now) >= REUSE / 2),
  )
  for (const { host, from, to, at } of changes) {
    if (from === 'dead' && to === 'alive') next[host] = afterReturn(next[host], at)
  }
  return Object.keys(next).length === 0 ? undefined : next
}

/** ISO time before which a host that is back takes no part, because it came and went too often; null: it may. */
export function quietUntil(
  { flapping = {} }: Pick<LedgerState, 'flapping'>,
  host: string,
  nowMs: number,
): string | null {
  const until = flapping[host]?.quietUntil
  return until !== undefined && ms(until) > nowMs ? until : null
}

const penaltyAt = ({ penalty, at }: Flapping, nowMs: number): number =>
  penalty * 2 ** (-Math.max(0, nowMs - ms(at)) / HALF_LIFE_MS)

const quietMs = (penalty: number): number => Math.round(HALF_LIFE_MS * Math.log2(penalty / REUSE))

const ms = (iso: string): number => Date.parse(iso)
