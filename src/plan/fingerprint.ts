import { digestOf } from './digest.js'
import type { ImagesOfHosts } from './images.js'
import type { Moves, Revision } from './model.js'
import { byPlace } from './places.js'
import type { Ours } from './planned-change.js'

/** All that a plan depends on. What is not ours and what changes by itself (addresses) is not part of it. */
export interface Seen {
  revision: Pick<Revision, 'digest'>
  base: Pick<Revision, 'number' | 'digest'> | null
  ours: readonly Ours[]
  dirty: readonly string[]
  standby: readonly string[]
  without: readonly string[]
  /** What is to move although it is as declared; null: nothing. */
  moves?: Moves | null
  /** What images are named where every instance shall have them; null: nobody asked for that, and images do not count. */
  refresh: ImagesOfHosts | null
  /** What is lost because that was forced, in words: a plan that was shown without it does not stand for it. */
  forced: readonly string[]
  /** Where new instances go, by replica, where it was decided by what hosts say of themselves; absent: it follows from the rest. */
  placed?: ReadonlyMap<string, { host: string }>
}

/** A saved plan is stale when this is another by the time it is carried out. */
export function fingerprintOf({
  revision,
  base,
  ours,
  dirty,
  standby,
  without,
  moves = null,
  refresh,
  forced,
  placed,
}: Seen): string {
  const world = ours.toSorted(byPlace).map(({ host, name, type, status, config, devices, labels, profiles }) => ({
    host,
    name,
    type,
    status,
    config,
    devices,
    labels,
    // They count where they were declared: a profile of somebody else's is left alone.
    ...(labels.profiles === undefined ? {} : { profiles }),
  }))
  return digestOf(
    {
      desired: revision.digest,
      base: base === null ? null : { number: base.number, digest: base.digest },
      world,
      dirty: inOrder(dirty),
      standby: inOrder(standby),
      without: inOrder(without),
      ...(moves === null ? {} : { moves }),
      ...(forced.length === 0 ? {} : { forced }),
      ...(placed === undefined ? {} : { placed: [...placed].map(([replica, { host }]) => [replica, host]) }),
      ...(refresh === null ? {} : { images: imagesOf(ours, refresh) }),
    },
    32,
  )
}

const imagesOf = (ours: readonly Ours[], refresh: ImagesOfHosts): unknown =>
  ours.toSorted(byPlace).map(({ host, name, baseImage = null, labels: { image } }) => ({
    host,
    name,
    from: baseImage,
    to: refresh[host]?.get(image) ?? null,
  }))

const inOrder = (names: readonly string[]): string[] => [...new Set(names)].sort()
