import type { At, Compensation, InstanceAt, Outcome, Place, Proven, SpecAt, Stamp } from '../contracts/index.js'
import { isDirty } from '../plan/half-done.js'
import type { InstanceSpec, ObservedInstance, Revision, Role } from '../plan/model.js'
import type { Member, TrafficState } from '../plan/routes.js'
import { instanceSpec } from '../plan/specs.js'
import type { Storage } from '../plan/volumes.js'
import type { LiveInstance } from '../plan/planned-change.js'
import type { Host, Strategy } from '../topology/model.js'
import { isAt } from './traffic.js'

/** What a step may look at when it is about to run: what the operation was started with, and what earlier steps brought. */
export interface View {
  /** Number of the operation within its topology. */
  operation: number
  /** Name of the snapshot that it takes; unique for ever. */
  snapshot: string
  /** The desired revision; for restore, destroy and cleanup the present one. */
  revision: Revision
  /** The stable revision; null before the first. */
  base: Revision | null
  /** Revisions that instances may still be at, newest last. */
  past: readonly Revision[]
  /** Every host that may hold something of the topology. */
  hosts: Record<string, Host>
  /** Who takes traffic, as told so far. */
  traffic: TrafficState
  /** What the stable revision exposes and the desired one does not: who took its traffic. */
  leaving: TrafficState
  /** What was found healthy, by host and name. */
  proven: ReadonlyMap<string, Proven>
  /** Instances that earlier operations left half changed, see `isDirty`. */
  dirtyBefore: ReadonlySet<string>
  /** Instances that this one has begun to change, or could not take back. */
  dirty: ReadonlySet<string>
  /** When the topology is destroyed by itself, ISO time; absent: never. */
  expiresAt?: string | undefined
  /** How the operation ends as far as is known, once nothing can be taken back any more; absent: not yet. */
  outcome?: Outcome | undefined
  /** How an instance would be taken back now. */
  registered: (at: Pick<Place, 'name' | 'host'>) => Compensation | undefined
}

/** A view with what a dry run knows beside it: the instances as they are. */
export interface Prediction extends View {
  observed: readonly ObservedInstance[]
  /** Absent: nobody looked. */
  storage?: readonly Storage[]
}

export const strategyOf = ({ revision }: View): Strategy => revision.topology.strategy

/** What the instance of a place is declared as; with `before`, as it was declared when it was made what it is. */
export function specOf(view: View, at: Place, before?: LiveInstance): InstanceSpec {
  if (before === undefined) return instanceSpec(view.revision, at, at.host, at.color)
  const spec = specBefore(view, before)
  if (spec !== null) return spec
  throw new Error(`cannot undo ${before.name}: no kept revision declares it as it was before`)
}

/**
 * What an instance was declared as before the operation, or null when no kept revision says it. Its digest names the declaration;
 * where an update of cul8er changed how digests are made, the revision that made it does, and what is not half changed is as the
 * stable revision declares it.
 */
export function specBefore({ base, past, dirtyBefore }: View, from: LiveInstance): InstanceSpec | null {
  // The declaration may call it by another name now.
  const replica = from.formerly ?? from
  const specs = [...(base === null ? [] : [base]), ...past.toReversed()].flatMap((revision) =>
    revision.topology.resources[replica.resource] === undefined
      ? []
      : [
          {
            number: revision.number,
            spec: { ...instanceSpec(revision, replica, from.host, from.color), name: from.name },
          },
        ],
  )
  return (
    specs.find(({ spec }) => spec.digest === from.digest)?.spec ??
    specs.find(({ number }) => number === from.revision)?.spec ??
    (isDirty(dirtyBefore, from) || base === null ? null : (specs[0]?.spec ?? null))
  )
}

/** Who takes traffic at a place. A host that was away may come back with an instance of the same name. */
export const member = ({ traffic }: View, at: Pick<Place, 'name' | 'host'>): Member | undefined =>
  traffic.members.find(isAt(at))

/** Whether a resource is reached from outside. */
export const exposes = ({ revision }: View, resource: string): boolean =>
  (revision.topology.resources[resource]?.expose.length ?? 0) > 0

export const stamp = (view: View, role: Role, revision = view.revision.number): Stamp => ({
  operation: view.operation,
  revision,
  role,
  ...(view.expiresAt === undefined ? {} : { expiresAt: view.expiresAt }),
})

/** A host by its name; an instance may be on one that the new revision does not name any more. */
export function hostAt({ hosts, revision }: View, host: string): At {
  const via = hosts[host]
  if (via === undefined) throw new Error(`no host ${host}`)
  return { host, via, hostTimeoutMs: revision.topology.strategy.hostTimeoutMs }
}

export const specAt = (view: View, spec: InstanceSpec): SpecAt => ({ spec, ...hostAt(view, spec.host) })

/** An instance to be started; where it may have volumes, it must not be the second one that writes to them. */
export const startAt = (
  view: View,
  at: Pick<LiveInstance, 'name' | 'host' | 'resource' | 'volumes'>,
): InstanceAt & { alone?: true } => {
  const declared = [view.revision, ...(view.base === null ? [] : [view.base]), ...view.past]
  const mayHave = declared.some(({ topology }) => topology.resources[at.resource]?.volumes !== undefined)
  return { ...instanceAt(view, at), ...(mayHave || at.volumes !== undefined ? { alone: true } : {}) }
}

export const instanceAt = (view: View, { name, host }: { name: string; host: string }): InstanceAt => ({
  name,
  project: view.revision.topology.project,
  ...hostAt(view, host),
})
