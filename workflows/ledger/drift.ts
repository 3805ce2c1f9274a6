import type {
  DriftFound,
  DriftRecord,
  DriftSeen,
  DriftWatchInput,
  HistoryEntry,
  LedgerState,
  OperationEnd,
  OperationKind,
  OperationSummary,
} from '../../src/contracts/index.js'
import type { DriftRepair } from '../../src/topology/drift-repairs.js'
import { retryMs } from './due.js'
import { after, leadsToRevision, revisionOf } from './state.js'
import { hasUnmoved, outOfReach } from './host-failure.js'
import { isHeld } from './watched.js'

/*
 * What a topology's `drift` does about instances that differ from the stable revision between operations. Pure: the ledger is told what
 * its watch has seen, and begins what is decided here.
 */

/** What is to be looked at; null: nothing is. What a person has to decide about is no drift. */
export function driftWatchOf(state: LedgerState): DriftWatchInput | null {
  const { topology, current, dirty, drift, standby } = state
  const revision = revisionOf(state, state.stable)
  const declared = revision?.topology.drift
  if (
    revision === null ||
    declared === undefined ||
    current !== null ||
    state.behind !== undefined ||
    dirty.length > 0 ||
    isHeld(state)
  )
    return null
  return {
    topology,
    revision,
    standby: standby?.names ?? [],
    without: outOfReach(state),
    everyMs: declared.everyMs,
    firstAt: after(lastLook(state), declared.everyMs),
    known: {
      changes: drift?.changes ?? [],
      ...(drift?.refused === undefined ? {} : { refused: drift.refused }),
    },
  }
}

/** An operation that plans everything is a look as well. */
function lastLook({ drift, history }: LedgerState): string {
  const operation = history.findLast(({ kind, outcome }) => PLANS.has(kind) && outcome === 'succeeded')?.endedAt
  return [NEVER, ...(drift === undefined ? [] : [drift.at]), ...(operation === undefined ? [] : [operation])]
    .sort()
    .at(-1)!
}

const NEVER = new Date(0).toISOString()

const PLANS: ReadonlySet<OperationKind> = new Set(['deploy', 'rollback', 'failover', 'repair', 'scale'])

/** After another look; `refused` and an empty list: it is as declared. */
export function withDrift(state: LedgerState, seen: DriftSeen): LedgerState {
  const { drift: _before, ...rest } = state
  return isNothing(seen) ? rest : { ...rest, drift: seen }
}

const isNothing = ({ changes, refused }: DriftSeen): boolean => changes.length === 0 && refused === undefined

/** What somebody should hear of. */
export const driftEvent = (topology: string, seen: DriftSeen): DriftFound | null =>
  isNothing(seen)
    ? null
    : {
        event: 'drift',
        topology,
        changes: seen.changes.map(({ instance, host, reasons }) => ({ instance, host, reasons })),
        reason: seen.refused ?? null,
        at: seen.at,
      }

/** A repair that is to begin. */
export interface Repair {
  /** Nothing that runs is stopped for it. */
  liveOnly: boolean
  reason: string
}

/** What has to be repaired now; null: nothing. */
export function repairNow(state: LedgerState, nowMs: number): Repair | null {
  const { drift } = state
  const repair = repairOf(state)
  if (drift === undefined || repair === 'never' || driftWatchOf(state) === null) return null
  // Left out of a repair, all that was there would be made elsewhere: a failover decides about that, and what keeps it from it counts.
  if (hasUnmoved(state)) return null
  if (drift.refused !== undefined || Date.parse(drift.notBefore ?? NEVER) > nowMs) return null
  const mended = drift.changes.filter(({ live }) => live || repair === 'all')
  const [first] = mended
  if (first === undefined) return null
  const more = mended.length === 1 ? '' : ` and ${mended.length - 1} more`
  const why = first.reasons.length === 0 ? '' : ` (${first.reasons.join('; ')})`
  return { liveOnly: repair === 'live', reason: `drift of ${first.instance}${why}${more}` }
}

const repairOf = (state: LedgerState): DriftRepair => revisionOf(state, state.stable)?.topology.drift?.repair ?? 'never'

/** When a repair is tried again, ms since the epoch; Infinity: none waits for that. */
export function repairAt({ drift }: LedgerState, nowMs: number): number {
  const at = Date.parse(drift?.notBefore ?? NEVER)
  return at > nowMs ? at : Infinity
}

/** What is known of drift after an operation has ended. */
export function driftAfter(
  state: LedgerState,
  { kind }: Pick<OperationSummary, 'kind'>,
  { result: { outcome } }: Pick<OperationEnd, 'result'>,
  at: HistoryEntry['endedAt'],
): DriftRecord | undefined {
  const { drift } = state
  if (drift === undefined) return undefined
  if (outcome === 'succeeded' && leadsToRevision(kind)) return undefined
  if (kind !== 'repair') return drift
  if (outcome !== 'succeeded') {
    const times = (drift.times ?? 0) + 1
    return { ...drift, times, notBefore: after(at, retryMs(times)) }
  }
  const changes = repairOf(state) === 'live' ? drift.changes.filter(({ live }) => !live) : []
  return changes.length === 0 ? undefined : { at: drift.at, changes }
}
