import type { Slot } from './model.js'

/** Incus allows 63 characters: letters, digits and dashes. */
export const MAX_INSTANCE_NAME = 63

/** A name of the topology file as Incus spells it: `_` becomes `-`. */
export const incusName = (name: string): string => name.replaceAll('_', '-').toLowerCase()

/** `<topology>-<resource>`, with `-<n>` for replicas and `-blue`, `-green` or `-canary` after that. */
export function instanceName(topology: string, resource: string, index: number | null, slot: Slot = ''): string {
  return [
    incusName(topology),
    incusName(resource),
    ...(index === null ? [] : [index]),
    ...(slot === '' ? [] : [slot]),
  ].join('-')
}

/** Name of the snapshot that an operation takes before it changes an instance. */
export const snapshotName = (operation: number, unique: string): string => `pre-deploy-${operation}-${unique}`

/** Snapshots that cul8er took and may prune. */
export const isOurSnapshot = (name: string): boolean => /^pre-deploy-\d+(-[0-9a-z]{8})?$/.test(name)

/** The colour that is free beside the one that lives. */
export const otherSlot = (slot: Slot, coloured: boolean): Slot =>
  slot === 'blue' ? 'green' : slot === 'green' ? (coloured ? 'blue' : '') : 'green'
