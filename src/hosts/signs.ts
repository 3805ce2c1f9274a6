import type { HostRecord, HostState } from '../contracts/host-watch.js'

/** One look at a host. */
export interface HostLook {
  /** ISO times. */
  began: string
  ended: string
  /** Why it gave no sign, in words; null: it gave one. */
  silence: string | null
}

/**
 * Without a sign for so long a host is suspected, ms. Half of what Nomad takes a client for lost after (a TTL of 10 s and 10 s of grace).
 */
export const SUSPECTED_AFTER_MS = 10_000

/** Between two looks there may be so much, ms: after more, nobody looked, and what was silent before may have spoken since. */
export const LONGEST_GAP_MS = 15_000

/**
 * What is known of a host after another look. Silence counts from the first look in a row that found none: a worker that was away itself
 * does not take a host for dead.
 */
export function afterLook(
  known: HostRecord | undefined,
  { began, ended: at, silence }: HostLook,
  { deadAfterMs }: { deadAfterMs: number },
): HostRecord {
  if (silence === null) {
    return { state: 'alive', since: known?.state === 'alive' ? known.since : at, lookedAt: at }
  }
  const state = known?.state ?? 'alive'
  const since = known?.since ?? at
  const isGap = known === undefined || ms(began) - ms(known.lookedAt) > LONGEST_GAP_MS
  const silentSince = isGap ? began : (known.silentSince ?? began)
  const reached = laterOf(state, stateAfter(ms(at) - ms(silentSince), deadAfterMs))
  return {
    state: reached,
    since: reached === state ? since : at,
    silentSince,
    lookedAt: at,
    cause: silence,
  }
}

const stateAfter = (silentMs: number, deadAfterMs: number): HostState =>
  silentMs >= deadAfterMs ? 'dead' : silentMs >= Math.min(SUSPECTED_AFTER_MS, deadAfterMs / 2) ? 'suspected' : 'alive'

/** Silence makes no host more alive than it was. */
const laterOf = (a: HostState, b: HostState): HostState => (RANK[a] >= RANK[b] ? a : b)

const RANK: Record<HostState, number> = { alive: 0, suspected: 1, dead: 2 }

const ms = (iso: string): number => Date.parse(iso)
