import type { Stage } from '../contracts/index.js'
import type { ErrorReport } from '../errors.js'
import { chosen } from '../plan/chosen.js'
import type { LiveInstance } from '../plan/planned-change.js'
import { someOf } from '../some-of.js'

/** What a person wants of snapshots. */
export interface SnapshotAsked {
  snapshot?: string
  /** Absent: of every instance. */
  resource?: string
  /** Delete it, instead of taking it. */
  remove?: boolean
}

/** The instances that a snapshot is taken or deleted of, and the stages of that. */
export interface SnapshotPlan {
  targets: LiveInstance[]
  stages: Stage[]
}

/** Instances at a time: a host has to copy each, where its pool cannot do better. */
export const SNAPSHOTS_AT_ONCE = 10

/**
 * A snapshot of each instance that lives, or of none: a name that any of them has is refused before the first is taken.
 * @param found - with the names of their snapshots and of their volumes'
 */
export function snapshotPlan(
  found: readonly LiveInstance[],
  { snapshot: name = '', resource, remove = false }: SnapshotAsked,
): SnapshotPlan | { refusal: ErrorReport } {
  const all = remove ? found : found.filter(({ role }) => role === 'live')
  const meant = chosen(all, resource === undefined ? [] : [resource])
  if ('refusal' in meant) return meant
  const [having, lacking] = [true, false].map((has) =>
    meant.chosen.filter(({ snapshots = [] }) => snapshots.includes(name) === has),
  ) as [LiveInstance[], LiveInstance[]]
  if (remove) {
    if (having.length === 0) return { refusal: notThere(name, meant.chosen) }
    return { targets: having, stages: [dropped(having, name)] }
  }
  if (having.length > 0) return { refusal: taken(name, having) }
  if (lacking.length === 0) return { refusal: { code: 'NOT_FOUND', message: 'there are no instances' } }
  return { targets: lacking, stages: [made(lacking, name)] }
}

const made = (targets: readonly LiveInstance[], name: string): Stage => ({
  name: `snapshot ${name}`,
  lanes: targets.map((from) => ({ host: from.host, steps: [{ kind: 'snapshot', from, name }] })),
  atOnce: SNAPSHOTS_AT_ONCE,
})

const dropped = (targets: readonly LiveInstance[], snapshot: string): Stage => ({
  name: `delete snapshot ${snapshot}`,
  lanes: targets.map((from) => ({ host: from.host, steps: [{ kind: 'dropSnapshot', from, snapshot }] })),
  atOnce: SNAPSHOTS_AT_ONCE,
  onFailure: 'continue',
})

const taken = (name: string, having: readonly LiveInstance[]): ErrorReport => ({
  code: 'USAGE',
  message: `${listed(having)} ${having.length === 1 ? 'has' : 'have'} a snapshot ${name} already`,
  hint: 'choose another name with --name; nothing was taken',
  details: { snapshot: name, instances: having.map((each) => each.name) },
})

function notThere(name: string, all: readonly LiveInstance[]): ErrorReport {
  const known = [...new Set(all.flatMap(({ snapshots = [] }) => snapshots))].sort()
  return {
    code: 'NOT_FOUND',
    message: `no instance has a snapshot ${name}`,
    hint: known.length === 0 ? 'there are no snapshots' : `there are: ${known.join(', ')}`,
  }
}

/** More than fit into a sentence are counted. */
const listed = (all: readonly LiveInstance[]): string =>
  someOf(
    all.map(({ name }) => name),
    5,
  )
