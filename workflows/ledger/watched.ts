import type { LedgerState, UnhealthyRecord, WatchInput } from '../../src/contracts/index.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import { notComeUp } from '../../src/plan/not-come-up.js'
import type { Revision } from '../../src/plan/model.js'
import { after, leadsToRevision, revisionOf } from './state.js'

/** What is to be watched between operations; null: nothing is. */
export function watchOf(state: LedgerState): WatchInput | null {
  const { topology, current, dirty, unhealthy = {} } = state
  const revision = revisionOf(state, state.stable)
  if (current !== null || state.behind !== undefined || revision === null || !hasPolicy(revision) || isHeld(state))
    return null
  const records = Object.entries(unhealthy)
  // What did not come up from a restart of the policy's is tried again; what a person or a deploy left is theirs.
  const tried = new Set(records.flatMap(([, { instance, triedAt }]) => (triedAt === undefined ? [] : [instance])))
  // Those change with an operation alone; one that is dead merely gives no answer.
  const { without = [] } = state.failover ?? {}
  const ours = notComeUp(state).filter((entry) => dirtyNames([entry]).some((name) => tried.has(name)))
  return {
    topology,
    revision,
    dirty: dirty.filter((entry) => !ours.includes(entry)),
    ...(without.length === 0 ? {} : { without }),
    known: Object.fromEntries(
      records.flatMap(([replica, record]) =>
        record.wellSince === undefined ? [[replica, toldAgain(record, revision)]] : [],
      ),
    ),
  }
}

/**
 * From when on the ledger hears of it again; null: once it is healthy. One that was not replaced because many failed with it may be once
 * they do not, and nobody tells when that is.
 */
function toldAgain(
  { resource, toldAt, notBefore, at, many, replacedAt }: UnhealthyRecord,
  of: Revision,
): string | null {
  if (toldAt === undefined) return notBefore ?? at
  const policy = of.topology.resources[resource]?.healthcheck?.unhealthy
  const mayBeReplaced = many === true && policy?.then === 'replace' && replacedAt === undefined
  return mayBeReplaced ? after(at, policy.withinMs / 4) : null
}

const hasPolicy = ({ topology }: Revision): boolean =>
  Object.values(topology.resources).some(({ healthcheck }) => healthcheck?.unhealthy !== undefined)

/** A deploy or rollback left the topology between two revisions, for a person to decide; or a destroy left what shall not live. */
export function isHeld({ history, stable }: LedgerState): boolean {
  const changed = history.findLast(({ kind }) => leadsToRevision(kind) || kind === 'destroy')
  if (changed?.kind === 'destroy' && changed.outcome === 'needsAttention') return true
  const last = history.findLast(({ kind }) => leadsToRevision(kind))
  return (
    last !== undefined && (last.outcome === 'held' || (last.outcome === 'needsAttention' && last.revision !== stable))
  )
}
