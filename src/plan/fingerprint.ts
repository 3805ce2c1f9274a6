import { digestOf } from './digest.js'
import type { Revision } from './model.js'
import { byPlace } from './places.js'
import type { Ours } from './work.js'

/** All that a plan depends on. What is not ours and what changes by itself (addresses) is not part of it. */
export interface Seen {
  revision: Pick<Revision, 'digest'>
  base: Pick<Revision, 'number' | 'digest'> | null
  ours: readonly Ours[]
  dirty: readonly string[]
  standby: readonly string[]
  without: readonly string[]
}

/** A saved plan is stale when this is another by the time it is carried out. */
export function fingerprintOf({ revision, base, ours, dirty, standby, without }: Seen): string {
  const world = ours.toSorted(byPlace).map(({ host, name, type, status, config, devices, labels }) => ({
    host,
    name,
    type,
    status,
    config,
    devices,
    labels,
  }))
  return digestOf(
    {
      desired: revision.digest,
      base: base === null ? null : { number: base.number, digest: base.digest },
      world,
      dirty: inOrder(dirty),
      standby: inOrder(standby),
      without: inOrder(without),
    },
    32,
  )
}

const inOrder = (names: readonly string[]): string[] => [...new Set(names)].sort()
