import type {
  LedgerState,
  LoadSeen,
  LoadWatchInput,
  OperationEnd,
  OperationSummary,
  Scaled,
  ScalingRecord,
} from '../../src/contracts/index.js'
import type { Revision } from '../../src/plan/model.js'
import { withCounts, type Counts } from '../../src/topology/counts.js'
import { retryMs } from './due.js'
import { hasUnmoved, outOfReach } from './host-failure.js'
import { after, revisionOf } from './state.js'
import { isHeld } from './watched.js'

/*
 * Numbers of instances that follow the load between operations. Pure: the ledger is told what its watch has seen, and begins what is
 * decided here. The stable revision has the numbers.
 */

/** What is to be looked at; null: nothing is, or a person has to decide about something first. */
export function loadWatchOf(state: LedgerState): LoadWatchInput | null {
  const { topology, current, dirty, behind, scaling = {} } = state
  const revision = revisionOf(state, state.stable)
  if (revision === null || current !== null || behind !== undefined || dirty.length > 0 || isHeld(state)) return null
  // What was on a host that is gone is elsewhere first: until then there are fewer than there are to be.
  if (!follows(revision) || hasUnmoved(state)) return null
  return {
    topology,
    revision,
    without: outOfReach(state),
    notBefore: Object.fromEntries(
      Object.entries(scaling).flatMap(([name, { notBefore }]) => (notBefore === undefined ? [] : [[name, notBefore]])),
    ),
  }
}

const follows = ({ topology }: Revision): boolean =>
  Object.values(topology.resources).some(({ scaling }) => scaling !== undefined)

export const asksForMore = (seen: LoadSeen | null): boolean =>
  Object.values(seen?.scaled ?? {}).some(({ from, to }) => to > from)

/** What was seen so long ago says nothing about now, ms. */
const STALE_MS = 60_000

/** From when on what was seen says nothing any more, ms since the epoch; Infinity: nothing was. */
export const staleAt = (seen: LoadSeen | null): number =>
  seen === null ? Infinity : Date.parse(seen.at) + STALE_MS + 1

/** What a scaling that is to begin makes of what was seen; null: nothing, for the numbers or the load may be others by now. */
export function scaleNow(state: LedgerState, seen: LoadSeen, nowMs: number): { counts: Counts; reason: string } | null {
  if (staleAt(seen) <= nowMs) return null
  const resources = revisionOf(state, state.stable)?.topology.resources ?? {}
  const still = Object.entries(seen.scaled).filter(([name, { from }]) => resources[name]?.replicas === from)
  if (still.length === 0 || loadWatchOf(state) === null) return null
  return {
    counts: Object.fromEntries(still.map(([name, { to }]) => [name, to])),
    reason: still.map(([name, each]) => `${name} from ${each.from} to ${each.to}: ${each.reason}`).join('; '),
  }
}

/** It begins, or was to. */
export const scalingBegun = (state: LedgerState, scaled: Record<string, Scaled>, at: string): LedgerState => ({
  ...state,
  scaling: {
    ...state.scaling,
    ...Object.fromEntries(
      Object.entries(scaled).map(([name, each]): [string, ScalingRecord] => {
        const times = state.scaling?.[name]?.times
        return [name, { ...each, at, ...(times === undefined ? {} : { times }) }]
      }),
    ),
  },
})

/** It came to nothing: it is tried again later, and ever later. */
export const scalingFailed = (state: LedgerState, names: readonly string[], at: string): LedgerState => ({
  ...state,
  scaling: Object.fromEntries(
    Object.entries(state.scaling ?? {}).map(([name, record]) => {
      if (!names.includes(name)) return [name, record]
      const times = (record.times ?? 0) + 1
      return [name, { ...record, times, notBefore: after(at, retryMs(times)) }]
    }),
  ),
})

/** After a scaling has ended: the stable revision has the new numbers once it has come to them. */
export function scalingAfter(
  state: LedgerState,
  { kind, counts = {} }: Pick<OperationSummary, 'kind' | 'counts'>,
  { result: { outcome }, committed }: Pick<OperationEnd, 'result' | 'committed'>,
  at: string,
): LedgerState {
  if (kind !== 'scale') return state
  const names = Object.keys(counts)
  if (outcome !== 'succeeded' && committed !== true) return scalingFailed(state, names, at)
  const done = Object.entries(state.scaling ?? {}).map(([name, record]) => {
    const { times: _times, notBefore: _notBefore, ...rest } = record
    return [name, names.includes(name) ? rest : record]
  })
  return {
    ...state,
    scaling: Object.fromEntries(done) as NonNullable<LedgerState['scaling']>,
    revisions: state.revisions.map((each) =>
      each.number === state.stable ? { ...each, topology: withCounts(each.topology, counts) } : each,
    ),
  }
}
