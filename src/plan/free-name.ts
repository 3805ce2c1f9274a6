import type { Revision } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { instanceName } from '../naming/instance-names.js'
import { placeKey } from './place-key.js'
import type { Replica } from './specs.js'
import type { Ours } from './planned-change.js'

/** Names that are in use on a host, of which what is merely left over makes room. */
export interface UsedNames {
  /** Of what serves there, and of what holds data: a new instance must not take them. */
  isTaken: (name: string, host: string) => boolean
  /**
   * Of what was put aside. It may be the last that was well, and an undo cannot bring back what made room: a new instance takes
   * them only when no other one is free.
   */
  isAside: (name: string, host: string) => boolean
}

export const usedNames = (ours: readonly Ours[]): UsedNames => ({
  isTaken: namesOf(ours.filter(({ labels }) => labels.role === 'live' || labels.stateful === true)),
  isAside: namesOf(ours.filter(({ labels }) => labels.role === 'old')),
})

function namesOf(some: readonly Ours[]): (name: string, host: string) => boolean {
  const known = new Set(some.map(placeKey))
  return (name, host) => known.has(placeKey({ host, name }))
}

/** The first color in which all of these places have a free name; else one that is not taken; when there is none, the first one. */
export function freeColor(
  colors: readonly [Color, ...Color[]],
  places: readonly { replica: Replica; host: string }[],
  { topology }: Revision,
  { isTaken, isAside }: UsedNames,
): Color {
  const isFree = (color: Color, isUsed: UsedNames['isTaken']): boolean =>
    places.every(
      ({ replica, host }) => !isUsed(instanceName(topology.name, replica.resource, replica.index, color), host),
    )
  const open = colors.filter((color) => isFree(color, isTaken))
  return open.find((color) => isFree(color, isAside)) ?? open[0] ?? colors[0]
}
