import type { ErrorReport } from '../errors.js'
import { eachMachineOnce } from '../topology/hosts.js'
import type { Host, Topology } from '../topology/model.js'
import type { Revision } from './model.js'

interface PastOperation {
  kind: string
  outcome: string
  revision: number
  lost?: readonly string[] | undefined
}

/** What a ledger remembers of where it has been. */
export interface Past {
  revisions: readonly Revision[]
  stable: number | null
  history: readonly PastOperation[]
  /** With the revisions that it may be of. */
  standby: { revisions?: readonly number[] } | null
}

/**
 * Where something of a topology may be: the hosts of the stable revision, of attempts since that came to no good end, of a set that
 * is kept, and of the revision `target` that something leads to, each machine by its newest name. Older ones are not asked: they
 * may be gone for good.
 */
export function hostsOf({ revisions, stable, history, standby }: Past, target: number | null): Record<string, Host> {
  const last = history.findLastIndex(isChange('succeeded'))
  const attempts = history.slice(last + 1).filter(leftSomething)
  const before = standby === null ? undefined : history.slice(0, Math.max(0, last)).findLast(isChange('succeeded'))
  const numbers = [
    ...(standby?.revisions ?? [before?.revision]),
    history[last]?.revision,
    ...attempts.map(({ revision }) => revision),
    stable,
    target,
  ]
  return eachMachineOnce(
    ...numbers.map((number) => revisions.find((revision) => revision.number === number)?.topology.hosts ?? {}),
  )
}

/**
 * Why a topology cannot be brought to what is wanted, or null: what it has in one Incus project would be left behind there, for an
 * operation looks at one.
 */
export function projectRefusal(
  { revisions, stable, desired, dirty }: Past & { desired: number | null; dirty: readonly string[] },
  wanted: Pick<Topology, 'name' | 'project'>,
): ErrorReport | null {
  const last = stable ?? (dirty.length > 0 ? desired : null)
  const before = revisions.find(({ number }) => number === last)?.topology
  if (before === undefined || before.project === wanted.project) return null
  const named = (project: string | null): string => (project === null ? 'no project of its own' : `project ${project}`)
  return {
    code: 'NOT_SUPPORTED_YET',
    message: `${wanted.name} is deployed in ${named(before.project)} and cannot move to ${named(wanted.project)}`,
    hint: `cul8er destroy ${wanted.name}, then deploy, or give the topology another name in the other project`,
  }
}

/** A deploy or rollback that came to no good end, or was taken back but for hosts that gave no answer. */
export const leftSomething = (entry: PastOperation): boolean =>
  isChange('needsAttention', 'held')(entry) || (isChange('rolledBack')(entry) && entry.lost !== undefined)

const isChange =
  (...outcomes: string[]) =>
  ({ kind, outcome }: PastOperation): boolean =>
    (kind === 'deploy' || kind === 'rollback') && outcomes.includes(outcome)
