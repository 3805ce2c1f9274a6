import type {
  InstanceUnhealthy,
  LedgerState,
  OperationEnd,
  OperationSummary,
  Seen,
  Sick,
  UnhealthyRecord,
} from '../../src/contracts/index.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import type { Unhealthy } from '../../src/topology/model.js'
import { durationWords } from '../../src/topology/units.js'
import { outOfReach } from './host-failure.js'
import { after, leadsToRevision, revisionOf } from './state.js'
import { plural } from '../../src/plural.js'

/*
 * What a topology's `unhealthy` policies do about instances that fail their health check between operations. Pure: the ledger is told
 * what its watch has seen, and begins what is decided here.
 */

export type Decision =
  | { do: 'restart' | 'replace' | 'alert' }
  /** It is too early to try again. */
  | { do: 'wait'; until: string }
  /** A person has been told, and nothing is left to try. */
  | { do: 'nothing' }

export interface Case {
  policy: Unhealthy
  /** null: it was not unhealthy lately. */
  past: UnhealthyRecord | null
  /** Of the other replicas of the resource. */
  others: readonly UnhealthyRecord[]
  /** More than half of the resource's instances fail. */
  many: boolean
  /** ISO time. */
  at: string
}

/** What is to be done about an instance that fails its check. Where many fail, the cause is likely a dependency, and nothing is replaced. */
export function decide({ policy, past, others, many, at }: Case): Decision {
  if (past?.toldAt !== undefined && (past.many !== true || many)) return { do: 'nothing' }
  const isSpent = (past?.restarts.length ?? 0) >= policy.restart
  if (isSpent && (policy.then === 'alert' || many || past?.replacedAt !== undefined)) return { do: 'alert' }
  const until = earliest(policy, [...(past === null ? [] : [past]), ...(many ? others : [])])
  if (until !== null && Date.parse(until) > Date.parse(at)) return { do: 'wait', until }
  return { do: isSpent ? 'replace' : 'restart' }
}

/** When the next try may begin; null: at once. */
function earliest(policy: Unhealthy, tried: readonly UnhealthyRecord[]): string | null {
  const last = tried
    .flatMap(({ triedAt }) => triedAt ?? [])
    .sort()
    .at(-1)
  const restarts = tried.reduce((sum, each) => sum + each.restarts.length, 0)
  return last === undefined ? null : after(last, pauseMs(policy, restarts))
}

/** Before the next try, ms: with `within: '10m'` 10 s, doubling to 2.5 m. */
export const pauseMs = ({ withinMs }: Pick<Unhealthy, 'withinMs'>, restarts: number): number =>
  restarts === 0 ? 0 : Math.min(withinMs / 4, (withinMs / 60) * 2 ** (restarts - 1))

/** An operation that the ledger is to begin by itself. */
export interface Automatic {
  kind: 'restart' | 'replace'
  instance: string
  reason: string
  /** Hosts that are left out; absent: none. */
  without?: string[]
}

/** What follows from what a watch has seen: the ledger with its records, and the operation to begin, one at a time. */
export function judge(
  state: LedgerState,
  { sick, well, resources }: Seen,
  at: string,
): { state: LedgerState; begin: Automatic | null } {
  const records = rememberedAt(state, sick, at)
  let begin: Automatic | null = null
  // A host that is dead must not be in the way of the others.
  const without = outOfReach(state)
  const begun = (replica: string, past: UnhealthyRecord, automatic: Automatic): void => {
    begin = without.length === 0 ? automatic : { ...automatic, without }
    const restarts = automatic.kind === 'restart' ? [...past.restarts, at] : past.restarts
    records[replica] = { ...past, restarts, operation: state.lastOperation + 1 }
  }
  for (const replica of well) {
    const past = records[replica]
    if (past === undefined) continue
    const { toldAt: _told, many: _many, notBefore: _wait, ...rest } = past
    const policy = policyOf(state, past.resource)
    records[replica] = { ...rest, wellSince: at }
    if (!dirtyNames(state.dirty).includes(past.instance) || policy === null || begin !== null) continue
    // One that comes and goes is not brought back again and again.
    if (past.restarts.length > policy.restart) continue
    begun(replica, rest, { kind: 'restart', instance: past.instance, reason: comesBack(past) })
  }
  const fewestRestartsFirst = (a: Sick, b: Sick): number =>
    (records[a.replica]?.restarts.length ?? 0) - (records[b.replica]?.restarts.length ?? 0) ||
    a.instance.localeCompare(b.instance, 'en', { numeric: true })
  for (const each of [...sick].sort(fewestRestartsFirst)) {
    const { replica, instance, resource, reason } = each
    const policy = policyOf(state, resource)
    if (policy === null) continue
    const { live = 0, failing = 0 } = resources[resource] ?? {}
    const many = live > 1 && failing * 2 > live
    const before = records[replica] ?? null
    const { wellSince: _well, notBefore: _wait, ...past } = before ?? { restarts: [] }
    const record: UnhealthyRecord = { ...past, instance, resource, reason, at }
    records[replica] = record
    const others = Object.entries(records).flatMap(([key, other]) =>
      key !== replica && other.resource === resource ? [other] : [],
    )
    const decision = decide({ policy, past: before, others, many, at })
    switch (decision.do) {
      case 'nothing':
        break
      case 'wait':
        records[replica] = { ...record, notBefore: decision.until }
        break
      case 'alert': {
        // Told while many failed, and once is enough.
        const { many: _many, ...rest } = record
        records[replica] = { ...rest, toldAt: record.toldAt ?? at, ...(many ? { many } : {}) }
        break
      }
      default: {
        if (begin !== null) break
        const { toldAt: _told, many: _many, ...rest } = record
        begun(replica, rest, {
          kind: decision.do,
          instance,
          reason: why(decision.do, record, policy, many ? { live, failing } : null),
        })
      }
    }
  }
  return { state: withRecords(state, records), begin }
}

/** What is to be done could not be begun: it is tried again later. */
export const notBegun = (state: LedgerState, kind: Automatic['kind'], until: string): LedgerState =>
  withRecords(
    state,
    mapValues(state.unhealthy, ({ operation, ...record }) =>
      operation === state.lastOperation + 1
        ? {
            ...record,
            restarts: kind === 'restart' ? record.restarts.slice(0, -1) : record.restarts,
            notBefore: until,
          }
        : { ...record, ...(operation === undefined ? {} : { operation }) },
    ),
  )

/**
 * The records after an operation has ended.
 * @param stuck - instances that are half changed now and that no restart makes whole
 */
export function unhealthyAfter(
  { unhealthy = {} }: Pick<LedgerState, 'unhealthy'>,
  current: OperationSummary,
  { result, restarted = [], committed }: OperationEnd,
  at: string,
  stuck: readonly string[] = [],
): LedgerState['unhealthy'] {
  const succeeded = result.outcome === 'succeeded'
  const sawAll = leadsToRevision(current.kind) || current.kind === 'restore' || current.kind === 'destroy'
  if (sawAll && (succeeded || committed === true)) return undefined
  const records = Object.entries(unhealthy).flatMap(
    ([replica, { operation, ...record }]): [string, UnhealthyRecord][] => {
      const isStuck = stuck.includes(record.instance)
      if (operation !== current.number) {
        if (restarted.includes(record.instance)) return []
        // It was to be tried again, and is not watched any more. A deploy that is held is a person's to decide as a whole.
        const isLost = isStuck && record.triedAt !== undefined && !leadsToRevision(current.kind)
        const told = isLost && record.toldAt === undefined && record.wellSince === undefined ? { toldAt: at } : {}
        return [[replica, { ...record, ...told, ...(operation === undefined ? {} : { operation }) }]]
      }
      if (succeeded) {
        const replaced = current.kind === 'replace' ? { restarts: [], replacedAt: at } : {}
        return [[replica, { ...record, ...replaced, triedAt: at, wellSince: at }]]
      }
      const { wellSince: _well, ...rest } = record
      const failed = current.kind === 'replace' ? { reason: `${rest.reason}; it could not be replaced` } : {}
      // Who stopped it by hand does not want it tried again.
      const isLast = current.kind === 'replace' || result.error?.code === 'ABORTED' || isStuck
      return [[replica, { ...rest, ...failed, triedAt: at, ...(isLast ? { toldAt: at } : {}) }]]
    },
  )
  return records.length === 0 ? undefined : Object.fromEntries(records)
}

/** What the policy has given up since. */
export const newlyTold = (before: LedgerState, now: LedgerState): InstanceUnhealthy[] =>
  Object.entries(now.unhealthy ?? {}).flatMap(([replica, { instance, reason, toldAt }]) =>
    toldAt === undefined || before.unhealthy?.[replica]?.toldAt === toldAt
      ? []
      : [{ event: 'unhealthy', topology: now.topology, instance, reason, at: toldAt }],
  )

/** The policy of a resource of the stable revision, if it has one. */
const policyOf = (state: LedgerState, resource: string): Unhealthy | null =>
  revisionOf(state, state.stable)?.topology.resources[resource]?.healthcheck?.unhealthy ?? null

/** The records that still count: an instance that was healthy for long enough begins anew. */
function rememberedAt(state: LedgerState, sick: readonly Sick[], at: string): Record<string, UnhealthyRecord> {
  const failsSince = new Map(sick.map(({ replica, since }) => [replica, since]))
  const kept = Object.entries(state.unhealthy ?? {}).filter(([replica, { resource, wellSince }]) => {
    const policy = policyOf(state, resource)
    if (policy === null) return false
    if (wellSince === undefined) return true
    return Date.parse(failsSince.get(replica) ?? at) - Date.parse(wellSince) < policy.withinMs
  })
  return Object.fromEntries(kept)
}

function withRecords(state: LedgerState, records: Record<string, UnhealthyRecord>): LedgerState {
  const { unhealthy: _before, ...rest } = state
  return Object.keys(records).length === 0 ? rest : { ...rest, unhealthy: records }
}

const mapValues = <Value>(record: Record<string, Value> = {}, map: (value: Value) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]))

function why(
  what: 'restart' | 'replace',
  { instance, resource, reason, restarts }: UnhealthyRecord,
  { restart, withinMs }: Unhealthy,
  many: { live: number; failing: number } | null,
): string {
  const within = durationWords(withinMs)
  const count = restarts.length
  const tried =
    what === 'restart'
      ? `restart ${count + 1} of ${restart} within ${within}`
      : count === 0
        ? 'replaced'
        : `replaced after ${plural(count, 'restart')} within ${within}`
  const one =
    many === null
      ? ''
      : `; ${many.failing} of ${many.live} instances of ${resource} are unhealthy, so one at a time: a dependency may be down`
  return `${instance} was unhealthy: ${reason}, ${tried}${one}`
}

const comesBack = ({ instance }: UnhealthyRecord): string =>
  `${instance} is healthy again after a restart that failed: another restart puts it back into rotation`
