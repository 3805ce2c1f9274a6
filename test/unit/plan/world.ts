import { labelsOf } from '../../../src/instances/commands.js'
import { digestOf } from '../../../src/plan/digest.js'
import type { InstanceSpec, Labels, ObservedInstance, Revision, Role } from '../../../src/plan/model.js'
import type { Color } from '../../../src/naming/instance-names.js'
import { instanceSpec, replicas } from '../../../src/plan/specs.js'
import type { PlannedChange } from '../../../src/plan/planned-change.js'
import { parsed } from '../topology/sample.js'

type Part = Record<string, unknown>

/** A topology of one web resource on two hosts, with parts of a test's own laid over it. */
export const web = (app: Part = {}, over: Part = {}): Part => ({
  name: 'shop',
  hosts: {
    one: { address: 'localhost', platform: 'debian' },
    two: { address: 'deploy@10.0.0.2', platform: 'debian' },
  },
  resources: { web: { image: 'tiny', on: ['one', 'two'], ...app } },
  ...over,
})

/** A revision of a declaration, with an artifact for each release. */
export function revisionOf(written: unknown, over: Partial<Revision> = {}): Revision {
  const topology = parsed(written)
  const artifacts = Object.fromEntries(
    Object.values(topology.resources).flatMap(({ deploy }) => {
      const key = `${deploy?.release}@${deploy?.version}`
      return deploy === null ? [] : [[key, { sha256: digestOf(key), size: 1_000 }]]
    }),
  )
  return {
    number: 1,
    digest: digestOf({ topology, artifacts }),
    topology,
    artifacts,
    sealed: {},
    createdAt: '2026-01-01T00:00:00.000Z',
    ...over,
  }
}

interface Stamp {
  revision?: number
  operation?: number
  role?: Role
}

/** An instance just as its spec says. */
export function instanceOf(
  spec: InstanceSpec,
  { revision = 1, operation = 1, role = 'live' }: Stamp = {},
): ObservedInstance & { labels: Labels } {
  // Every secret has a digest on the instance: an activity resolved it.
  const digests = new Map(spec.secrets.map(({ name, sealed }) => [name, sealed?.digest ?? `resolved-${name}`]))
  return {
    host: spec.host,
    name: spec.name,
    type: spec.type,
    status: 'Running',
    config: { ...spec.config },
    devices: structuredClone(spec.devices),
    labels: labelsOf(spec, { revision, operation, role }, digests),
    addresses: ['10.0.0.1'],
    snapshots: [],
    createdAt: '2026-01-01T00:00:00Z',
  }
}

/** Every replica of a revision filled, in turn on the resource's hosts. */
export const worldOf = (
  revision: Revision,
  { color = '', ...stamp }: Stamp & { color?: Color } = {},
): (ObservedInstance & { labels: Labels })[] =>
  replicas(revision).map((replica) => {
    const { on } = revision.topology.resources[replica.resource] ?? { on: [] }
    const host = on[((replica.index ?? 1) - 1) % on.length] ?? ''
    return instanceOf(instanceSpec(revision, replica, host, color), { revision: revision.number, ...stamp })
  })

export const foreign = (name: string, host = 'one'): ObservedInstance => ({
  host,
  name,
  type: 'container',
  status: 'Running',
  config: { 'limits.cpu': '1' },
  devices: {},
  labels: null,
  addresses: [],
  snapshots: [],
  createdAt: '2026-01-01T00:00:00Z',
})

/** `action instance@host: reasons`, the way a plan is read. */
export const read = (
  changes: readonly Pick<PlannedChange, 'action' | 'instance' | 'host' | 'reasons' | 'replaces'>[],
): string[] =>
  changes.map(
    ({ action, instance, host, reasons, replaces }) =>
      `${action} ${replaces === undefined ? '' : `${replaces} by `}${instance}@${host}: ${reasons.join('; ')}`,
  )

/** What the world is after a plan was carried out; replaced instances stay where `keep` says so, as blue-green leaves them. */
export function apply(
  revision: Revision,
  changes: readonly PlannedChange[],
  observed: readonly ObservedInstance[],
  { keep = false, operation = 2 } = {},
): ObservedInstance[] {
  let world = observed.map((i) => structuredClone(i))
  const at =
    ({ name, host }: { name: string; host: string }) =>
    (i: ObservedInstance) =>
      i.name === name && i.host === host
  const stamp = { revision: revision.number, operation }
  const remove = (from: { name: string; host: string }): void => {
    world = world.filter((i) => !at(from)(i))
  }
  const role = (from: { name: string; host: string }, to: Role): void => {
    const labels = world.find(at(from))?.labels
    if (labels) labels.role = to
  }
  for (const { action, from } of changes) if (action === 'delete' && from !== null) remove(from)
  for (const w of changes) {
    const { action, instance: name, host, from } = w
    if (action === 'delete') continue
    const spec = instanceSpec(revision, w, host, w.color)
    const found = world.find(at({ name, host }))
    if (action === 'start' && found) found.status = 'Running'
    if (action === 'start' && found?.labels && w.revive) found.labels.role = 'live'
    if (action === 'create' || (action === 'replace' && !w.revive)) world.push(instanceOf(spec, stamp))
    if (w.revive && found) {
      role({ name, host }, 'live')
      found.status = 'Running'
    }
    if (action === 'update' && found) Object.assign(found, changed(instanceOf(spec, stamp), found))
    if (action === 'replace' && from !== null) {
      if (keep) role(from, 'old')
      else remove(from)
    }
  }
  return world
}

/** In place: what cul8er manages is as declared, what it does not is as it was. */
const changed = (wanted: ObservedInstance, found: ObservedInstance): Partial<ObservedInstance> => ({
  status: 'Running',
  labels: wanted.labels,
  config: {
    ...Object.fromEntries(Object.entries(found.config).filter(([key]) => !/^(limits|environment)\./.test(key))),
    ...wanted.config,
  },
  devices: { ...(found.devices.root === undefined ? {} : { root: found.devices.root }), ...wanted.devices },
})
