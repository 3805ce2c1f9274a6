import type { Revision, Slot } from './model.js'
import { instanceName } from './naming.js'
import { inWords, seatKey, seats, type Seat } from './specs.js'
import type { Ours } from './work.js'

/**
 * Instances whose resource got another name that is the same one to Incus (`my_db` and `my-db`, the resource `api-1` and replica 1
 * of `api`): they are the new resource's from here on, so that nothing is deleted to make room for itself.
 */
export function adoptByName(revision: Revision, ours: readonly Ours[]): Ours[] {
  const declared = new Set(seats(revision).map(seatKey))
  if (ours.every(({ labels }) => declared.has(seatKey(labels)))) return [...ours]
  const byName = (slot: Slot): Map<string, Seat> =>
    new Map(
      seats(revision).map((seat) => [instanceName(revision.topology.name, seat.resource, seat.index, slot), seat]),
    )
  const names = new Map(SLOTS.map((slot) => [slot, byName(slot)]))
  return ours.map((instance): Ours => {
    const { name, labels } = instance
    const seat = declared.has(seatKey(labels)) ? undefined : names.get(labels.slot)?.get(name)
    if (seat === undefined) return instance
    const { resource, index } = labels
    return { ...instance, labels: { ...labels, ...seat }, formerly: { resource, index } }
  })
}

const SLOTS: readonly Slot[] = ['', 'blue', 'green', 'canary']

/** Why an adopted instance changes, in words. */
export function renamed(before: Seat, now: Seat): string {
  if (before.index === now.index) return `resource ${before.resource} is now called ${now.resource}`
  return `${inWords(before)} is now ${inWords(now)}`
}
