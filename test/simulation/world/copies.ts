import { Cul8erError } from '../../../src/errors.js'
import type { ReplicaRecord } from '../../../src/contracts/index.js'
import type { Labels, ReplicaLabels } from '../../../src/plan/model.js'
import type { Acts, Scene } from './acts.js'
import type { InstanceState } from './model.js'
import { placeOf } from './model.js'
import type { World } from './world.js'

/** Copies on other hosts, and instances that move with their data, as the activities of the same names do. */
export const copyActs: Pick<
  Acts,
  | 'replicate'
  | 'findCopies'
  | 'promoteCopy'
  | 'demoteCopy'
  | 'copyToHost'
  | 'takeOver'
  | 'finishMove'
  | 'putBack'
  | 'dropCopy'
> = {
  replicate: ({ topology, revision, dirty, known, restores = [] }, scene) => {
    const { world, pure } = scene
    const hosts = Object.keys(revision.topology.hosts)
    const silent = hosts.filter((host) => world.isOut(host))
    const found = world.observed(hosts.filter((host) => !world.isOut(host)))
    const stale = pure.staleOriginals(topology, found, { restores, dirty })
    for (const { host, name } of stale) putAside(world, world.mustFind({ host, name }), scene.by)
    const observed = found.filter((each) => !stale.some(({ host, name }) => host === each.host && name === each.name))
    const now = world.now()
    const rounds = pure.wantedCopies(revision, observed).map((copy) => {
      const { key, resource, instance, host, original, replicate } = copy
      const stop =
        silent.includes(host) || original === null || original.host === host ? 'it cannot be copied now' : null
      const isDue = pure.dueAt(pure.replicaOf(copy, now)?.at, replicate.everyMs) <= now
      let failed = stop ?? undefined
      let at = pure.replicaOf(copy, now)?.at ?? undefined
      if (stop === null && original !== null && pure.isWhole(copy, dirty) && isDue) {
        try {
          at = copyTo(scene, world.mustFind(original), { host, topology, keep: replicate.keep }).at ?? undefined
        } catch (error) {
          if (!(error instanceof Cul8erError)) throw error
          failed = error.message
        }
      }
      const times = { now, everyMs: replicate.everyMs }
      const about = { resource, instance, host, ...(at === undefined ? {} : { at }) }
      const { record, to } = pure.recordOf(known[key], { ...about, ...(failed === undefined ? {} : { failed }) }, times)
      return { key, record, to, next: pure.nextAt(record, times, pure.isWhole(copy, dirty)) }
    })
    return {
      replicas: Object.fromEntries(rounds.map(({ key, record }): [string, ReplicaRecord] => [key, record])),
      changes: rounds.flatMap(({ key, to }) => to.map((each) => ({ replica: key, to: each }))),
      nextAt: iso(Math.min(now + LONGEST_MS, ...rounds.map(({ next }) => next))),
    }
  },

  findCopies: ({ revision, hosts, host, resource, force }, { world, pure }) => {
    const silent = Object.keys(hosts).filter((name) => world.isOut(name))
    const observed = world.observed(Object.keys(hosts).filter((name) => !world.isOut(name)))
    return { copies: pure.promotions({ revision, observed, silent, host, resource, force, now: world.now() }), silent }
  },

  promoteCopy: ({ topology, snapshot, operation, ...at }, { world, by }) => {
    world.reach(at.host)
    const found = mustBeOurs(world, topology, at)
    if (found.labels.replica !== undefined) {
      const whole = found.snapshots.find(({ name }) => name === snapshot)
      if (whole === undefined) throw new Cul8erError('NOT_FOUND', `${at.name} has no snapshot ${snapshot}`)
      const { data, labels, config, app } = structuredClone(whole)
      Object.assign(found, { data, labels: labels ?? found.labels, config, app })
    }
    say(found, { role: 'live', operation: String(operation), restored: true })
    world.tell({ kind: 'changed', by, instance: found })
    return { taken: null }
  },

  demoteCopy: ({ topology, snapshot, copiedAt, from, ...at }, { world, by }) => {
    world.reach(at.host)
    becomeCopy(world, mustBeOurs(world, topology, at), { from, at: copiedAt, snapshot }, by)
  },

  copyToHost: ({ topology, to, twice, ...at }, scene) => {
    const { world } = scene
    world.reach(at.host)
    world.reach(to.host)
    const original = mustBeOurs(world, topology, at)
    if (!twice && original.status !== 'Stopped') throw new Cul8erError('IN_USE', `${at.name} on ${at.host} runs`)
    copyTo(scene, original, { host: to.host, topology, keep: Infinity })
    return { lastMs: 1_000 }
  },

  takeOver: ({ topology, from, operation, declared, ...at }, { world, by }) => {
    world.reach(at.host)
    const found = mustBeOurs(world, topology, at)
    const { replica } = found.labels
    const isReady =
      replica === undefined
        ? found.labels.operation === String(operation)
        : replica.from === from && replica.snapshot !== null
    if (!isReady || found.status !== 'Stopped')
      throw new Cul8erError('IN_USE', `${at.name} on ${at.host} is no whole copy of the one on ${from}`)
    say(found, { role: 'new', operation: String(operation), restored: true })
    found.config['boot.autostart'] = declared.config['boot.autostart'] ?? ''
    world.tell({ kind: 'changed', by, instance: found })
    return { taken: null }
  },

  finishMove: ({ topology, ...at }, { world, by }) => {
    world.reach(at.host)
    const found = mustBeOurs(world, topology, at)
    found.labels.role = 'live'
    world.tell({ kind: 'changed', by, instance: found })
  },

  putBack: ({ topology, from, ...at }, { world, by }) => {
    world.reach(at.host)
    if (world.find(at) === null) return
    becomeCopy(world, mustBeOurs(world, topology, at), { from, at: null, snapshot: null }, by)
  },

  dropCopy: ({ topology, original, ...at }, { world, by }) => {
    world.reach(original.host)
    if (world.find(original)?.labels?.topology !== topology)
      throw new Cul8erError('DATA_LOSS', `the copy ${at.name} on ${at.host} stays`)
    world.reach(at.host)
    const there = world.find(at)
    if (there?.labels?.topology !== topology || there.labels.replica === undefined || there.status !== 'Stopped') return
    world.instances.delete(placeOf(there))
    world.tell({ kind: 'deleted', by, instance: there })
  },
}

/** ms to the next look where nothing is due. */
const LONGEST_MS = 60 * 60_000

type Ours = InstanceState & { labels: Labels }

function mustBeOurs(world: World, topology: string, at: { host: string; name: string }): Ours {
  const found = world.find(at)
  if (found?.labels?.topology === topology) return found as Ours
  throw new Cul8erError('NOT_FOUND', `the copy of ${at.name} is no longer on ${at.host}`)
}

/** What it is from now on; a copy it is no more. */
function say(found: Ours, labels: Partial<Labels>): void {
  const { replica, ...rest } = found.labels
  void replica
  found.labels = { ...rest, ...labels }
}

function becomeCopy(world: World, found: Ours, replica: ReplicaLabels, by: string): void {
  const { restored, ...rest } = found.labels
  void restored
  Object.assign(found, { status: 'Stopped', usedInside: false, labels: { ...rest, role: 'replica', replica } })
  found.config['boot.autostart'] = 'false'
  world.tell({ kind: 'changed', by, instance: found })
}

function putAside(world: World, found: InstanceState, by: string): void {
  Object.assign(found, { status: 'Stopped', usedInside: false })
  if (found.labels !== null) found.labels.role = 'old'
  found.config['boot.autostart'] = 'false'
  world.tell({ kind: 'changed', by, instance: found })
}

/** A snapshot, and all of it on the other host. */
function copyTo(
  { world, pure, by }: Scene,
  original: InstanceState,
  { host, topology, keep }: { host: string; topology: string; keep: number },
): ReplicaLabels {
  const { name, labels } = original
  if (labels === null) throw new Error(`${name} has no labels`)
  const there = world.find({ host, name })
  if (there !== null && (there.labels?.topology !== topology || there.labels.replica === undefined))
    throw new Cul8erError('NAME_CLASH', `instance ${name} on ${host} exists and is no copy`)
  if (there !== null && there.status !== 'Stopped') throw new Cul8erError('IN_USE', `the copy ${name} on ${host} runs`)
  const at = iso(world.now())
  const snapshot = pure.replicaSnapshot(new Date(world.now()), world.uniqueName())
  original.snapshots.push({
    ...structuredClone({ data: original.data, labels, config: original.config, app: original.app }),
    ...{ name: snapshot, createdAt: at, by },
  })
  const needed = [snapshot, there?.labels?.replica?.snapshot ?? null]
  const old = pure.superfluousReplicas(
    original.snapshots.map((each) => each.name),
    keep,
    needed,
  )
  original.snapshots = original.snapshots.filter((each) => !old.includes(each.name))
  const replica = { from: original.host, at, snapshot }
  const { restored, ...rest } = labels
  void restored
  const copy: InstanceState = {
    ...structuredClone(original),
    ...{ host, status: 'Stopped', usedInside: false, addresses: [], labels: { ...rest, role: 'replica', replica } },
    config: { ...original.config, 'boot.autostart': 'false' },
  }
  world.instances.set(placeOf(copy), copy)
  world.tell({ kind: there === null ? 'created' : 'changed', by, instance: copy })
  return replica
}

const iso = (ms: number): string => new Date(ms).toISOString()
