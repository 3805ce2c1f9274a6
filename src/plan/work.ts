import type { Change, InstanceSpec, Labels, ObservedInstance, Role, Slot } from './model.js'
import type { Seat } from './specs.js'

/** An instance that carries our labels. */
export type Ours = ObservedInstance & { labels: Labels }

/** An instance of ours that is there, in few words: it travels in payloads. */
export interface LiveInstance extends Seat {
  name: string
  slot: Slot
  host: string
  address: string | null
  role: Role
  revision: number
  digest: string
  /** Names; only where they were asked for. */
  snapshots?: string[]
}

/** A change with what a workflow needs to carry it out. */
export interface Work extends Change {
  index: number | null
  slot: Slot
  /** The live instance of the seat; null for a create. */
  from: LiveInstance | null
  /** replace: the other instance is there already, kept from before. */
  revive?: boolean
}

/** An observed instance of ours in few words. */
export const liveInstance = ({ name, host, addresses, labels }: Ours): LiveInstance => ({
  name,
  resource: labels.resource,
  index: labels.index,
  slot: labels.slot,
  host,
  address: addresses[0] ?? null,
  role: labels.role,
  revision: labels.revision,
  digest: labels.digest,
})

/** A change that makes an instance as its spec says. */
export function work(
  action: Work['action'],
  spec: InstanceSpec,
  from: LiveInstance | null,
  reasons: string[],
  extra: { drift: boolean; live?: boolean; replaces?: string; revive?: boolean },
): Work {
  const { resource, index, slot, host, name } = spec
  return { action, resource, instance: name, host, reasons, ...extra, index, slot, from }
}

/** A change that puts another instance in the place of one that lives. */
export const replacement = (
  spec: InstanceSpec,
  from: LiveInstance,
  reasons: string[],
  extra: { drift: boolean; revive?: boolean },
): Work => work('replace', spec, from, reasons, { ...extra, replaces: from.name })
