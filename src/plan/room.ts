import { Cul8erError } from '../errors.js'
import type { Resource } from '../topology/model.js'
import { formatSize, sizeWords } from '../topology/units.js'
import { canonicalJson } from './digest.js'
import type { ObservedInstance, Revision } from './model.js'
import { placeKey } from './place-key.js'
import { cpusOf } from './placement/demand.js'
import type { PlannedChange } from './planned-change.js'
import { resourceOf } from './specs.js'
import { volumeMiB } from './volumes.js'

/** What a host has in all, as far as it was asked. */
export interface HostRoom {
  cpus: number
  memoryMiB: number
  /** MiB of each storage pool. */
  pools: Record<string, number>
  /** The pool that an instance of a resource has its root disk in. */
  rootPools: Record<string, string | undefined>
  /** Bytes of the images that a resource's instances are made from; absent: not known. */
  imageBytes: Record<string, number | undefined>
}

export interface RoomInput {
  revision: Revision
  changes: readonly PlannedChange[]
  /** All instances of the hosts, others' too. */
  observed: readonly ObservedInstance[]
  rooms: Readonly<Record<string, HostRoom>>
}

/** Changes after which an instance has limits that it may not have had. */
export const setsLimits = ({ action }: Pick<PlannedChange, 'action'>): boolean =>
  action === 'create' || action === 'replace' || action === 'move' || action === 'update'

/** Changes of resources whose limits the stable revision does not have like that, on the same hosts: those have worked. */
export const withNewLimits = (
  changes: readonly PlannedChange[],
  { revision, base }: { revision: Revision; base: Revision | null },
): PlannedChange[] =>
  changes.filter(setsLimits).filter(({ resource }) => {
    const before = base?.topology.resources[resource]
    return before === undefined || wants(before) !== wants(resourceOf(revision, resource))
  })

const wants = ({ on, limits, volumes, image, profiles, devices }: Resource): string =>
  canonicalJson([on, limits, volumes, image, profiles, devices])

/** One instance that wants more than its host has in all, or less disk than its image takes: each resource once a host. */
export function roomRefusals({ revision, changes, rooms }: Omit<RoomInput, 'observed'>): Cul8erError[] {
  const places = new Map(
    changes.filter(setsLimits).map(({ resource, host }) => [`${resource} ${host}`, { resource, host }]),
  )
  return [...places.values()].flatMap(({ resource, host }) => {
    const room = rooms[host]
    return room === undefined ? [] : refusalsOf(revision, { resource, host, room })
  })
}

function refusalsOf(
  revision: Revision,
  { resource, host, room }: { resource: string; host: string; room: HostRoom },
): Cul8erError[] {
  const { limits, volumes = {}, image } = resourceOf(revision, resource)
  const at = `resources.${resource}`
  const pool = room.rootPools[resource]
  const imageMiB = (room.imageBytes[resource] ?? 0) / MIB
  const larger = (place: string, wanted: number | null, has: number | undefined, where: string): Cul8erError[] =>
    wanted === null || has === undefined || wanted <= has
      ? []
      : [noRoom(`${at}.${place}: ${formatSize(wanted)} is more than ${where} has: ${sizeWords(has)}`, host)]
  return [
    ...(limits.cpu === null || limits.cpu <= room.cpus
      ? []
      : [noRoom(`${at}.limits.cpu: ${limits.cpu} is more than host ${host} has: ${room.cpus}`, host)]),
    ...larger('limits.memory', limits.memoryMiB, room.memoryMiB, `host ${host}`),
    ...(pool === undefined ? [] : larger('limits.disk', limits.diskMiB, room.pools[pool], `pool ${pool} of ${host}`)),
    ...(limits.diskMiB === null || imageMiB <= limits.diskMiB
      ? []
      : [
          noRoom(
            `${at}.limits.disk: ${formatSize(limits.diskMiB)} is less than image ${image} takes on ${host}: ${sizeWords(imageMiB)} packed, more unpacked`,
            host,
          ),
        ]),
    ...Object.entries(volumes).flatMap(([name, volume]) =>
      larger(`volumes.${name}.size`, volume.sizeMiB, room.pools[volume.pool], `pool ${volume.pool} of ${host}`),
    ),
  ]
}

const noRoom = (message: string, host: string): Cul8erError =>
  new Cul8erError('NO_ROOM', message, {
    hint: 'change the limit, or put the resource on another host (`on`); --force goes on with what is declared',
    details: { host },
  })

/**
 * Hosts whose instances may together use more than there is, or than their overcommit says. With one host to be on that is no
 * mistake, for limits reserve nothing. What is replaced counts,
 * for it runs beside its replacement for a while.
 */
export function roomNotes({ revision, changes, observed, rooms }: RoomInput): string[] {
  const changed = new Set(
    changes.flatMap(({ action, from }) =>
      from !== null && (action === 'update' || action === 'delete') ? [placeKey(from)] : [],
    ),
  )
  return Object.entries(rooms).flatMap(([host, room]) => {
    const wanted = changes.filter((change) => change.host === host && setsLimits(change))
    const others = observed.filter((i) => i.host === host && i.status === 'Running' && !changed.has(placeKey(i)))
    const limits = wanted.map(({ resource }) => resourceOf(revision, resource).limits)
    const cpus = sum([...limits.map(({ cpu }) => cpu ?? 0), ...others.map(({ config }) => cpusOf(config))])
    const memory = sum([
      ...limits.map(({ memoryMiB }) => memoryMiB ?? 0),
      ...others.map(({ config }) => volumeMiB(config['limits.memory']) ?? 0),
    ])
    const { cpu = 1, memory: ofMemory = 1, disk: ofDisk = 1 } = revision.topology.hosts[host]?.overcommit ?? {}
    const over = [
      ...(cpus > room.cpus * cpu ? [`${cpus} CPUs of ${room.cpus}`] : []),
      ...(memory > room.memoryMiB * ofMemory ? [`${sizeWords(memory)} of memory of ${sizeWords(room.memoryMiB)}`] : []),
      ...Object.entries(room.pools).flatMap(([pool, total]) => {
        const disk = sum([
          ...wanted.map(({ resource }) => diskOf(revision, { resource, pool, room })),
          ...others.map(({ devices }) => (devices.root?.pool === pool ? (volumeMiB(devices.root.size) ?? 0) : 0)),
        ])
        return disk > total * ofDisk ? [`${sizeWords(disk)} of pool ${pool} of ${sizeWords(total)}`] : []
      }),
    ]
    return over.length === 0 ? [] : [`the limits on ${host} add up to more than it has: ${over.join(', ')}`]
  })
}

function diskOf(
  revision: Revision,
  { resource, pool, room }: { resource: string; pool: string; room: HostRoom },
): number {
  const { limits, volumes = {} } = resourceOf(revision, resource)
  return sum([
    room.rootPools[resource] === pool ? (limits.diskMiB ?? 0) : 0,
    ...Object.values(volumes).map((volume) => (volume.pool === pool ? (volume.sizeMiB ?? 0) : 0)),
  ])
}

const MIB = 1024 * 1024

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0)
