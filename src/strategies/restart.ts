import type { Lane, Stage } from '../contracts/index.js'
import { batchesOf } from '../plan/batches.js'
import { chosen } from '../plan/chosen.js'
import { isDirty } from '../plan/half-done.js'
import type { ErrorReport } from '../errors.js'
import type { Change, Revision } from '../plan/model.js'
import type { LiveInstance } from '../plan/planned-change.js'

/** What is asked of a restart. */
export interface RestartAsked {
  /** Resources and instances; absent: all. */
  names?: readonly string[]
  /** Instances at a time; absent: as the strategy says. */
  maxParallel?: number
  /** replace: a fresh instance of the same name in the place of each. */
  kind?: string
}

/** What earlier operations left behind. */
export interface Before {
  /** Instances that are half changed. */
  dirty: readonly string[]
  /** Those of them that only did not come up from an earlier restart. */
  notComeUp?: readonly string[]
}

/** What a restart is about, and in which order. */
export interface RestartPlan {
  targets: LiveInstance[]
  changes: Change[]
  stages: Stage[]
}

/**
 * The instances that live, in batches as a rolling deploy would take them: out of the traffic, restarted, healthy, and back, before
 * the next batch begins. Pure: the plan that a person sees and the operation are one.
 */
export function restartPlan(
  found: readonly LiveInstance[],
  { topology }: Pick<Revision, 'topology'>,
  { names = [], maxParallel = topology.strategy.maxParallel, kind }: RestartAsked,
  { dirty, notComeUp = [] }: Before,
): RestartPlan | { refusal: ErrorReport } {
  const live = found.filter(({ role }) => role === 'live').sort((a, b) => a.name.localeCompare(b.name, 'en', NUMBERS))
  const meant = chosen(live, names)
  if ('refusal' in meant) return meant
  const undeclared = meant.chosen.find(({ resource }) => topology.resources[resource] === undefined)
  if (undeclared !== undefined) return { refusal: notDeclared(undeclared) }
  const holding = kind === 'replace' ? meant.chosen.find((each) => holdsItself(each, topology)) : undefined
  if (holding !== undefined) return { refusal: withItsData(holding) }
  const action: 'replace' | 'restart' = kind === 'replace' ? kind : 'restart'
  const lane = action === 'replace' ? replacedInPlace : restarted
  const isOut = (i: LiveInstance): boolean => (i.drained === true || isDirty(dirty, i)) && !isDirty(notComeUp, i)
  const changes = meant.chosen.map((from) => {
    const { resource, host } = from
    return { action, resource, host, from, staysOut: isOut(from) }
  })
  const batches = batchesOf(changes, { resources: topology.resources, maxParallel })
  return {
    targets: batches.flat().map(({ from }) => from),
    changes: batches.flat().map(({ from }): Change => {
      const { name: instance, resource, host } = from
      const reasons = isOut(from) ? ['stays out of rotation: an earlier operation left it half changed'] : []
      return { action, resource, instance, host, reasons, drift: false }
    }),
    stages: [
      ...batches.map((batch, i) => ({
        name: `batch ${i + 1} of ${batches.length}`,
        lanes: batch.map(({ from }) => lane(from, { comesBack: !isOut(from) })),
      })),
      ...(batches.length === 0 ? [] : [{ name: 'verify', lanes: [{ steps: [{ kind: 'recheck' as const }] }] }]),
    ],
  }
}

const NUMBERS = { numeric: true }

const restarted = (from: LiveInstance, { comesBack }: { comesBack: boolean }): Lane => ({
  instance: from.name,
  host: from.host,
  steps: [
    { kind: 'drain', at: from, from },
    { kind: 'restart', at: from, from },
    // A deploy that was held may have left it at another revision than the stable one.
    { kind: 'healthy', at: from, before: from },
    ...(comesBack ? [{ kind: 'admit' as const, at: from, from }] : []),
  ],
})

/**
 * What it had is gone for good, so that no other name and no other color is needed for it: an unhealthy instance is not worth being put
 * back, and one that holds data is never replaced like this.
 */
const replacedInPlace = (from: LiveInstance, { comesBack }: { comesBack: boolean }): Lane => {
  const { name, host, resource, index, color } = from
  const at = { name, host, resource, index, color }
  return {
    instance: name,
    host,
    steps: [
      { kind: 'drain', at, from },
      { kind: 'keepLogs', at },
      { kind: 'forget', at },
      { kind: 'delete', at },
      { kind: 'create', at, role: 'live' },
      { kind: 'install', at, fresh: true },
      { kind: 'healthy', at },
      ...(comesBack ? [{ kind: 'admit' as const, at }] : []),
    ],
  }
}

/** Whether data would go with the instance: volumes outlive it, and nothing else does. Its labels count beside the declaration. */
function holdsItself({ resource, stateful = false }: LiveInstance, { resources }: Revision['topology']): boolean {
  const declared = resources[resource]
  return declared?.stateful === true || (stateful && declared?.volumes === undefined)
}

const withItsData = ({ name, host, resource }: LiveInstance): ErrorReport => ({
  code: 'DATA_LOSS',
  message: `${name} on ${host} is stateful and is not replaced by a fresh instance, which would begin without its data`,
  details: { instance: name, host, resource },
})

/** As after a deploy that was held halfway: nothing says when such an instance is healthy, or what it exposes. */
const notDeclared = ({ name, host, resource }: LiveInstance): ErrorReport => ({
  code: 'NOT_FOUND',
  message: `${name} on ${host} cannot be restarted: the stable revision has no resource ${resource}`,
  hint: 'name the resources to restart, or first deploy a revision that declares it',
  details: { instance: name, host, resource },
})
