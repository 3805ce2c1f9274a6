import type { HostRecord, HostState } from '../contracts/host-watch.js'

/** One look at a host. */
export interface HostLook {
  /** ISO times. */
  began: string
  ended: string
  /** Why it gave no sign, in words; null: it gave one. */
  silence: string | null
  /** It answers, but its Incus does not. */
  withoutIncus?: boolean
}

/**
 * Without a sign for so long a host is suspected, ms. Half of what Nomad takes a client for lost after (a TTL of 10 s and 10 s of grace).
 */
export const SUSPECTED_AFTER_MS = 10_000

/** Between two looks there may be so much, ms: after more, nobody looked, and what was silent before may have spoken since. */
export const LONGEST_GAP_MS = 15_000

/**
 * What is known of a host after another look. Silence counts from the first look in a row that found none: a worker that was away itself
 * does not take a host for dead. A host that answers without its Incus is suspected and no more: what runs there goes on, and nobody
 * can stop it.
 */
export function afterLook(
  known: HostRecord | undefined,
  { began, ended: at, silence, withoutIncus = false }: HostLook,
  { deadAfterMs }: { deadAfterMs: number },
): HostRecord {
  if (silence === null) {
    return { state: 'alive', since: known?.state === 'alive' ? known.since : at, lookedAt: at }
  }
  const state = known?.state ?? 'alive'
  const since = known?.since ?? at
  const isGap = known === undefined || ms(began) - ms(known.lookedAt) > LONGEST_GAP_MS
  const silentSince = isGap ? began : (known.silentSince ?? began)
  const answeredAt = withoutIncus ? at : isGap ? undefined : known.answeredAt
  const goneSince = Math.max(ms(silentSince), answeredAt === undefined ? 0 : ms(answeredAt))
  const silent = { forMs: ms(at) - ms(silentSince), goneForMs: ms(at) - goneSince }
  const reached = laterOf(state, stateAfter(silent, deadAfterMs))
  return {
    state: reached,
    since: reached === state ? since : at,
    silentSince,
    lookedAt: at,
    ...(answeredAt === undefined ? {} : { answeredAt }),
    cause: silence,
  }
}

const stateAfter = ({ forMs, goneForMs }: { forMs: number; goneForMs: number }, deadAfterMs: number): HostState =>
  goneForMs >= deadAfterMs ? 'dead' : forMs >= Math.min(SUSPECTED_AFTER_MS, deadAfterMs / 2) ? 'suspected' : 'alive'

/** Silence makes no host more alive than it was. */
const laterOf = (a: HostState, b: HostState): HostState => (RANK[a] >= RANK[b] ? a : b)

const RANK: Record<HostState, number> = { alive: 0, suspected: 1, dead: 2 }

const ms = (iso: string): number => Date.parse(iso)
