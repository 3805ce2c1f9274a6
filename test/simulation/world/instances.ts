import { Cul8erError } from '../../../src/errors.js'
import type { InstanceSpec, Labels } from '../../../src/plan/model.js'
import type { Acts } from './acts.js'
import type { App, InstanceState } from './model.js'
import { placeOf } from './model.js'
import type { World } from './world.js'

/** Making, changing, snapshotting and removing instances, as the activities of the same names do. */
export const instanceActs: Pick<
  Acts,
  | 'ensureInstance'
  | 'configureInstance'
  | 'installRelease'
  | 'takeSnapshot'
  | 'deleteSnapshot'
  | 'restoreSnapshot'
  | 'pruneSnapshots'
  | 'startInstance'
  | 'stopInstance'
  | 'stopApp'
  | 'deleteInstance'
  | 'deleteVolume'
  | 'setRole'
> = {
  ensureInstance: ({ spec, stamp, host }, { world, by, pure }) => {
    world.reach(host)
    const labels = pure.labelsOf(spec, stamp, new Map())
    const found = world.find({ host, name: spec.name })
    if (found === null) {
      const instance = create(world, spec, labels)
      world.tell({ kind: 'created', by, instance })
      return { address: null, created: true }
    }
    refuseForeign(found, labels)
    if (found.labels?.operation !== labels.operation || found.labels.digest !== labels.digest) {
      remove(world, found, by)
      throw new Cul8erError('IN_USE', `instance ${spec.name} was left over; removed, creating it again`)
    }
    start(world, found)
    return { address: found.addresses[0] ?? null, created: false }
  },

  configureInstance: ({ spec, stamp, host }, { world, by, pure }) => {
    world.reach(host)
    const found = world.mustFind({ host, name: spec.name })
    const labels = pure.labelsOf(spec, stamp, new Map())
    refuseForeign(found, labels)
    const restored = found.labels?.restored === true ? { restored: true as const } : {}
    Object.assign(found, {
      ...{ labels: { ...labels, ...restored }, config: { ...spec.config } },
      devices: structuredClone(spec.devices),
    })
    found.stateful ||= spec.stateful
    world.tell({ kind: 'changed', by, instance: found })
  },

  installRelease: ({ spec, host }, { world, by }) => {
    world.reach(host)
    const found = world.mustFind({ host, name: spec.name })
    if (found.status !== 'Running') throw new Cul8erError('INCUS', `instance ${spec.name} is not running`)
    found.app = appOf(world, spec)
    found.usedInside = false
    world.tell({ kind: 'changed', by, instance: found })
  },

  takeSnapshot: ({ host, name, snapshot }, { world, by, pure }) => {
    world.reach(host)
    const found = world.mustFind({ host, name })
    // From here on the operation has it in its hands; a person's snapshot leaves it to its users.
    if (pure.isOurSnapshot(snapshot)) found.usedInside = false
    if (found.snapshots.some((other) => other.name === snapshot)) return
    found.snapshots.push({
      ...structuredClone({ data: found.data, labels: found.labels, config: found.config, app: found.app }),
      ...{ name: snapshot, createdAt: iso(world), by },
    })
    world.tell({ kind: 'changed', by, instance: found })
  },

  deleteSnapshot: ({ host, name, snapshot }, { world, by }) => {
    world.reach(host)
    const found = world.find({ host, name })
    if (found === null) return
    found.snapshots = found.snapshots.filter((other) => other.name !== snapshot)
    world.tell({ kind: 'changed', by, instance: found })
  },

  restoreSnapshot: ({ host, name, snapshot: wanted }, { world, by }) => {
    world.reach(host)
    const found = world.mustFind({ host, name })
    const snapshot = found.snapshots.find((other) => other.name === wanted)
    if (snapshot === undefined) throw new Cul8erError('NOT_FOUND', `${name} has no snapshot ${wanted}`)
    const lost = found.data.written - snapshot.data.written
    const { data, labels, config, app } = structuredClone(snapshot)
    Object.assign(found, { data, labels, config, app, status: 'Stopped', usedInside: false })
    world.tell({ kind: 'restored', by, instance: found, snapshot, lost })
  },

  pruneSnapshots: ({ host, name, keep, spent }, { world, pure }) => {
    world.reach(host)
    const found = world.find({ host, name })
    if (found === null) return { removed: [] }
    const ours = found.snapshots.filter((snapshot) => pure.isOurSnapshot(snapshot.name))
    const removed = pure.superfluous(
      ours.map((snapshot) => snapshot.name),
      { keep, spent },
    )
    found.snapshots = found.snapshots.filter((snapshot) => !removed.includes(snapshot.name))
    return { removed }
  },

  startInstance: ({ host, name }, { world, by }) => {
    world.reach(host)
    const found = world.mustFind({ host, name })
    start(world, found)
    world.tell({ kind: 'changed', by, instance: found })
  },

  stopApp: ({ name, host, operation }, { world }) => {
    world.reach(host)
    const found = world.mustFind({ host, name })
    if (found.labels !== null && operation !== undefined) found.labels.operation = String(operation)
    world.letWrite()
    Object.assign(found, { app: null, usedInside: false })
  },

  stopInstance: ({ host, name }, { world, by }) => {
    world.reach(host)
    const found = world.mustFind({ host, name })
    Object.assign(found, { status: 'Stopped', usedInside: false })
    world.tell({ kind: 'changed', by, instance: found })
  },

  deleteInstance: ({ host, name, topology }, { world, by }) => {
    world.reach(host)
    const found = world.find({ host, name })
    if (found !== null && found.labels?.topology === topology) remove(world, found, by)
  },

  deleteVolume: () => undefined,

  setRole: ({ host, name, role, autostart }, { world, by }) => {
    world.reach(host)
    const found = world.mustFind({ host, name })
    if (found.labels === null) throw new Cul8erError('INCUS', `${name} has no labels`)
    found.labels.role = role
    if (autostart !== undefined) found.config['boot.autostart'] = autostart
    world.tell({ kind: 'changed', by, instance: found })
  },
}

/** A new instance, running, with the app that its image brings. */
export function create(world: World, spec: InstanceSpec, labels: Labels | null): InstanceState {
  const instance: InstanceState = {
    ...{ host: spec.host, name: spec.name, type: spec.type, status: 'Running' },
    ...structuredClone({ config: spec.config, devices: spec.devices }),
    ...{ labels, addresses: [world.newAddress()], snapshots: [], createdAt: iso(world) },
    ...{ stateful: spec.stateful, data: { volume: world.newVolume(), written: 0 }, usedInside: false },
    app: spec.release === null ? appOf(world, spec) : null,
  }
  world.instances.set(placeOf(instance), instance)
  return instance
}

function remove(world: World, instance: InstanceState, by: string): void {
  world.instances.delete(placeOf(instance))
  world.tell({ kind: 'deleted', by, instance })
}

function start(world: World, instance: InstanceState): void {
  if (instance.status === 'Running') return
  instance.status = 'Running'
  if (instance.app !== null) instance.app.since = world.now()
}

const appOf = (world: World, { release }: InstanceSpec): App => ({
  release: release === null ? null : `${release.name}@${release.version}`,
  since: world.now(),
})

function refuseForeign(found: InstanceState, { topology }: Labels): void {
  if (found.labels?.topology === topology) return
  throw new Cul8erError('NAME_CLASH', `instance ${found.name} on ${found.host} does not belong to ${topology}`)
}

const iso = (world: World): string => new Date(world.now()).toISOString()
