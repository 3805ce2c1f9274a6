import type { Change, InstanceSpec, Labels, ObservedInstance, Role } from './model.js'
import type { VolumeRef } from '../incus/volumes.js'
import { attachedVolumes } from './attached-volumes.js'
import type { Color } from '../naming/instance-names.js'
import { placeKey } from './place-key.js'
import type { Replica } from './specs.js'

/**
 * An instance that carries our labels.
 * `formerly`: what its labels call it, where the declaration has another name for it by now.
 * `drained`: it is half changed, and its edge gives it no request.
 */
export type Ours = ObservedInstance & { labels: Labels; formerly?: Replica; drained?: boolean }

/** An instance of ours that is there, in few words: it travels in payloads. */
export interface LiveInstance extends Replica {
  name: string
  color: Color
  host: string
  address: string | null
  role: Role
  revision: number
  digest: string
  /** Its data counts. */
  stateful?: boolean
  /** Volumes of its place that it has; absent: none. */
  volumes?: VolumeRef[]
  /** The resource and number that it was declared as, where the declaration has another name for it by now. */
  formerly?: Replica
  /** It is half changed, and its edge gives it no request. */
  drained?: boolean
  /** Names; only where they were asked for. */
  snapshots?: string[]
}

/** A change with what a workflow needs to carry it out. */
export interface PlannedChange extends Change {
  index: number | null
  color: Color
  /**
   * The instance that has the place now; null for a create. Its role says whether it ever took traffic: `new` did not, and `old`
   * is put aside.
   */
  from: LiveInstance | null
  /**
   * The instance is there, put aside or kept from before, and gets its role `live` back: nothing is made, and nothing may be
   * deleted when it is undone. replace: `from` makes room for it first when it is stateful. start: nothing else has its place.
   */
  revive?: boolean
}

/** Whether a change is of an instance: makes it, changes it, or takes it away. Another host may have one of the same name. */
export const isOf = (
  { host, instance: name, from }: PlannedChange,
  instance: { host: string; name: string },
): boolean => [{ host, name }, ...(from === null ? [] : [from])].some((each) => placeKey(each) === placeKey(instance))

/** An observed instance of ours in few words. */
export function liveInstance(instance: Ours): LiveInstance {
  const { name, host, addresses, labels, formerly, drained } = instance
  const volumes = attachedVolumes(instance, labels.topology, formerly ?? labels)
  return {
    name,
    resource: labels.resource,
    index: labels.index,
    color: labels.color,
    host,
    address: addresses[0] ?? null,
    role: labels.role,
    revision: labels.revision,
    digest: labels.digest,
    ...(labels.stateful === true ? { stateful: true } : {}),
    ...(volumes.length === 0 ? {} : { volumes }),
    ...(formerly === undefined ? {} : { formerly }),
    ...(drained === true ? { drained } : {}),
  }
}

/** A change that makes an instance as its spec says. */
export function plannedChange(
  action: PlannedChange['action'],
  spec: InstanceSpec,
  from: LiveInstance | null,
  reasons: string[],
  extra: Pick<PlannedChange, 'drift' | 'placement' | 'live' | 'restart' | 'replaces' | 'revive' | 'image'>,
): PlannedChange {
  const { resource, index, color, host, name } = spec
  return { action, resource, instance: name, host, reasons, ...extra, index, color, from }
}

/** A change that puts another instance in the place of one that lives. */
export const replacement = (
  spec: InstanceSpec,
  from: LiveInstance,
  reasons: string[],
  extra: Pick<PlannedChange, 'drift' | 'placement' | 'revive' | 'image'>,
): PlannedChange => plannedChange('replace', spec, from, reasons, { ...extra, replaces: from.name })
