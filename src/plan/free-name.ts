import type { Revision, Slot } from './model.js'
import { instanceName } from './naming.js'
import type { Seat } from './specs.js'
import type { Ours } from './work.js'

/**
 * Names that a new instance must not take on a host: of what serves there, and of what holds data. What is merely left over makes room.
 */
export function takenNames(ours: readonly Ours[]): (name: string, host: string) => boolean {
  const taken = new Set(
    ours
      .filter(({ labels }) => labels.role === 'live' || labels.stateful === true)
      .map(({ host, name }) => `${host}/${name}`),
  )
  return (name, host) => taken.has(`${host}/${name}`)
}

/** The first color in which all of these places have a free name; when there is none, the first one. */
export function freeSlot(
  slots: readonly [Slot, ...Slot[]],
  places: readonly { seat: Seat; host: string }[],
  { topology }: Revision,
  isTaken: (name: string, host: string) => boolean,
): Slot {
  const isFree = (slot: Slot): boolean =>
    places.every(({ seat, host }) => !isTaken(instanceName(topology.name, seat.resource, seat.index, slot), host))
  return slots.find(isFree) ?? slots[0]
}
