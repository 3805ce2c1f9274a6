import { Cul8erError } from '../errors.js'
import { nearest } from '../topology/nearest.js'
import { parseSize } from '../topology/units.js'
import { LABEL_PREFIX } from './labels.js'
import { keptThenDrained } from './kept-then-drained.js'
import type { InstanceSpec, ObservedInstance, Revision, VolumeSpec } from './model.js'
import { replicas, volumesOf, type Replica } from './specs.js'
import type { PlannedChange } from './planned-change.js'

/** A custom volume of a host. */
export interface ObservedVolume {
  host: string
  pool: string
  name: string
  /** null: it has no limit. */
  sizeMiB: number | null
  /** Whose it is; null: not ours. */
  topology: string | null
  /** Resource that it was made for; '' where nothing says it. */
  resource: string
  /** Names of the instances that have it. */
  usedBy: string[]
  project: string
  /** ISO time. */
  createdAt: string
  /** Of a copy that replication keeps; absent: of an instance that may run. */
  replica?: true
}

/** Storage of a host, where it was looked at. */
export interface Storage {
  host: string
  pools: string[]
  volumes: ObservedVolume[]
}

/** A volume of ours at its place. */
export type VolumeAt = Pick<ObservedVolume, 'host' | 'pool' | 'name'>

/** One that is deleted, with the resource that it was made for. */
export type VolumeGone = VolumeAt & Pick<ObservedVolume, 'resource' | 'replica'>

/** Labels of a volume, as Incus config. `made` names the operation that made it, as its snapshots are named: unique for ever. */
export const volumeLabels = (
  { topology, resource, index }: Pick<InstanceSpec, 'topology' | 'resource' | 'index'>,
  { device }: VolumeSpec,
  made: string,
): Record<string, string> => ({
  [`${LABEL_PREFIX}topology`]: topology,
  [`${LABEL_PREFIX}resource`]: resource,
  ...(index === null ? {} : { [`${LABEL_PREFIX}index`]: String(index) }),
  [`${LABEL_PREFIX}volume`]: device,
  [`${LABEL_PREFIX}made`]: made,
})

/** MiB of a volume's `size` in Incus; null: none. */
export function volumeMiB(size: string | undefined): number | null {
  if (size === undefined || size === '') return null
  return parseSize(size) ?? (/^\d+$/.test(size) ? Number(size) / (1024 * 1024) : null)
}

/** Instances with the sizes that their volumes have now, so that they can be compared with what is declared. */
export function knowingSizes(observed: readonly ObservedInstance[], storage: readonly Storage[]): ObservedInstance[] {
  const sizes = new Map(storage.flatMap(({ volumes }) => volumes.map((v) => [volumeKey(v), v.sizeMiB] as const)))
  return observed.map((instance) => {
    const found = Object.entries(instance.devices).flatMap(([device, { pool = '', source = '' }]) => {
      const size = sizes.get(volumeKey({ host: instance.host, pool, name: source }))
      return size === undefined ? [] : [[device, size] as const]
    })
    return found.length === 0 ? instance : { ...instance, volumeSizes: Object.fromEntries(found) }
  })
}

/** Hosts that have a volume which the instance of a replica shall have. */
export function hostsWithVolumes(revision: Revision, replica: Replica, storage: readonly Storage[]): string[] {
  const names = volumesOf(revision, replica).map(({ name }) => name)
  const { name: topology } = revision.topology
  const found = storage
    .flatMap(({ volumes }) => volumes)
    .filter((v) => v.topology === topology && v.replica === undefined && names.includes(v.name))
  return [...new Set(found.map(({ host }) => host))]
}

const volumeKey = ({ host, pool, name }: VolumeAt): string => `${host}/${pool}/${name}`

export interface VolumesInput {
  revision: Revision
  changes: readonly PlannedChange[]
  storage: readonly Storage[]
  force: boolean
  /** A revision of before knows nothing of what grew since, and nobody can change what it declares. */
  goesBack?: boolean
}

export interface VolumesPlan {
  /** What nothing declares any more, and is deleted because that was forced. */
  gone: VolumeGone[]
  notes: string[]
  /** What is lost because that was forced. */
  losses: string[]
}

/**
 * What a plan means for volumes. Data is never lost unasked: what is no longer declared stays, and what a change would start without
 * the data of, or make smaller, is refused.
 * @throws Cul8erError POOL_NOT_FOUND, NAME_CLASH, DATA_LOSS
 */
export function planVolumes({ revision, changes, storage, force, goesBack = false }: VolumesInput): VolumesPlan {
  const { name: topology, resources } = revision.topology
  const wanted = changes.flatMap((w) =>
    w.action === 'delete' || resources[w.resource] === undefined
      ? []
      : volumesOf(revision, w).map((volume) => ({ w, volume })),
  )
  for (const { w, volume } of wanted) refuseMissingPool(w, volume, storage)
  for (const { w, volume } of wanted) refuseCopied(w, volume, storage)
  const all = storage.flatMap(({ volumes }) => volumes).filter(({ replica }) => replica === undefined)
  const losses = wanted.flatMap(({ w, volume }) => refuseVolume({ topology, w, volume, all, force, goesBack }))
  const moves = changes.flatMap((w) => refuseMove(w, force))
  const declared = new Set(
    replicas(revision).flatMap((replica) => volumesOf(revision, replica).map(({ name }) => name)),
  )
  const unclaimed = all.filter((v) => v.topology === topology && !declared.has(v.name))
  const reused = wanted.filter(
    ({ w, volume }) =>
      w.action === 'create' &&
      all.some((v) => v.host === w.host && v.pool === volume.pool && v.name === volume.name && v.topology === topology),
  )
  return {
    gone: force ? unclaimed.map(({ host, pool, name, resource }) => ({ host, pool, name, resource })) : [],
    losses: [...losses, ...moves, ...(force ? unclaimed.map(goneNote) : [])],
    notes: [
      ...reused.map(({ w, volume }) => `${w.instance} adopts volume ${volume.name} on ${w.host} with the data in it`),
      ...(force ? [] : unclaimed.map(keptNote)),
    ],
  }
}

const goneNote = ({ name, host }: VolumeAt): string =>
  `--force: volume ${name} on ${host} is deleted, its data and snapshots with it`

const keptNote = ({ name, host, usedBy }: ObservedVolume): string =>
  `volume ${name} on ${host} is no longer declared: ${usedBy.length === 0 ? 'it' : 'it is detached and'} stays, with its data; --force deletes it`

function refuseMissingPool(
  { host, resource }: PlannedChange,
  { device, pool }: VolumeSpec,
  storage: readonly Storage[],
): void {
  const pools = storage.find((each) => each.host === host)?.pools
  if (pools === undefined || pools.includes(pool)) return
  const near = nearest(pool, pools)
  throw new Cul8erError(
    'POOL_NOT_FOUND',
    `resources.${resource}.volumes.${device}: host ${host} has no storage pool ${pool}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    { hint: `it has ${pools.join(', ') || 'none'}; name one with \`pool\``, details: { host, pool } },
  )
}

/** A new instance would begin with what a copy held some time ago, and share its volume with it. */
function refuseCopied(
  { action, revive, host, resource, instance }: PlannedChange,
  { name, pool }: VolumeSpec,
  storage: readonly Storage[],
): void {
  if ((action !== 'create' && action !== 'replace') || revive === true) return
  const there = storage
    .flatMap(({ volumes }) => volumes)
    .find((v) => v.replica === true && v.host === host && v.pool === pool && v.name === name)
  if (there === undefined) return
  throw new Cul8erError(
    'NAME_CLASH',
    `volume ${name} on ${host} exists and is of the copy of ${resource}: ${instance} on ${host} would begin with what it holds`,
    {
      hint: `cul8er restore --from-replica ${host} makes the copy the live one; or leave ${host} out of \`replicate\` and deploy that first`,
      details: inShort(there),
    },
  )
}

interface Wanted {
  topology: string
  w: PlannedChange
  volume: VolumeSpec
  all: readonly ObservedVolume[]
  force: boolean
  goesBack: boolean
}

function refuseVolume({ topology, w, volume, all, force, goesBack }: Wanted): string[] {
  const named = all.filter(({ host, name }) => host === w.host && name === volume.name)
  const there = named.find(({ pool }) => pool === volume.pool)
  if (there !== undefined && there.topology !== topology) throw foreign(there)
  if (there !== undefined && isLarger(there, volume) && !goesBack) {
    throw new Cul8erError(
      'DATA_LOSS',
      `volume ${there.name} on ${there.host} has ${there.sizeMiB}MiB and would shrink to ${volume.sizeMiB}MiB`,
      {
        hint: `declare ${there.sizeMiB}MiB or more; for less, declare another volume and copy the data yourself`,
        details: { ...inShort(there), sizeMiB: there.sizeMiB, wantedMiB: volume.sizeMiB },
      },
    )
  }
  const elsewhere = there === undefined ? named.find((each) => each.topology === topology) : undefined
  if (elsewhere === undefined)
    return there === undefined ? refuseFarAway({ topology, w, volume, all, force, goesBack }) : []
  const words = `volume ${volume.name} on ${w.host} is in pool ${elsewhere.pool} and would be created again, without its data, in ${volume.pool}`
  if (force) return [`--force: ${words}`]
  throw new Cul8erError('DATA_LOSS', `data would be left behind: ${words}`, {
    hint: `keep \`pool: ${elsewhere.pool}\`, or \`incus storage volume move\` it yourself while its instance is stopped`,
    details: { ...inShort(elsewhere), wantedPool: volume.pool },
  })
}

/** As a resource that is declared again, for other hosts: what is replaced is looked at by where it is. */
function refuseFarAway({ topology, w, volume, all, force }: Wanted): string[] {
  const far = w.action === 'create' ? all.find((v) => v.name === volume.name && v.topology === topology) : undefined
  if (far === undefined) return []
  const words = `${w.instance} on ${w.host} would start without volume ${far.name}, which is on ${far.host}`
  if (force) return [`--force: ${words}`]
  throw new Cul8erError('DATA_LOSS', `data would be left behind: ${words}`, {
    hint: `name ${far.host} in \`on\`, or copy the volume yourself and use --force`,
    details: { ...inShort(far), wantedHost: w.host },
  })
}

const isLarger = ({ sizeMiB }: ObservedVolume, declared: VolumeSpec): boolean =>
  declared.sizeMiB !== null && sizeMiB !== null && sizeMiB > declared.sizeMiB

const inShort = ({ name, host, pool }: VolumeAt): Record<string, string> => ({ volume: name, host, pool })

/** Volumes are of one host: a replacement on another one would begin with empty ones. */
function refuseMove({ action, from, host, instance, revive }: PlannedChange, force: boolean): string[] {
  const volumes = from?.volumes ?? []
  if (action !== 'replace' || from === null || revive === true || from.host === host || volumes.length === 0) return []
  const words = `${instance} on ${host} would start without the volumes of ${from.name}, which stay on ${from.host}: ${volumes.map(({ name }) => name).join(', ')}`
  if (force) return [`--force: ${words}`]
  throw new Cul8erError('DATA_LOSS', `data would be left behind: ${words}`, {
    hint: keptThenDrained(from.host),
    details: { instance: from.name, host: from.host, to: host, volumes: volumes.map(({ name }) => name) },
  })
}

const foreign = (volume: ObservedVolume): Cul8erError =>
  new Cul8erError(
    'NAME_CLASH',
    `volume ${volume.name} on ${volume.host} exists and ${volume.topology === null ? "is not cul8er's" : `belongs to topology ${volume.topology}`}`,
    {
      hint: `rename it (incus storage volume rename ${volume.pool} ${volume.name} NEW-NAME), or name the volume differently`,
      details: inShort(volume),
    },
  )
