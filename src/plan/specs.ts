import { Cul8erError } from '../errors.js'
import { MOST_REPLICAS } from '../topology/limits.js'
import type { EnvironmentValue, Resource } from '../topology/model.js'
import { digestOf } from './digest.js'
import type { InstanceSpec, ReleaseSpec, Revision, SecretSpec, Slot } from './model.js'
import { instanceName } from './naming.js'

/** One place in a topology that an instance fills: a resource, and its number when there are replicas. */
export interface Seat {
  resource: string
  index: number | null
}

/** The seats of a revision, in the order of deployment. */
export function seats(revision: Revision): Seat[] {
  return Object.entries(revision.topology.resources).flatMap(([resource, { replicas }]): Seat[] =>
    replicas === null
      ? [{ resource, index: null }]
      : Array.from({ length: possible(resource, replicas) }, (_, i) => ({ resource, index: i + 1 })),
  )
}

/** A revision that did not come from a topology file must not take all memory of a worker: each further one would try as well. */
function possible(resource: string, replicas: number): number {
  if (replicas >= 1 && replicas <= MOST_REPLICAS) return replicas
  throw new Cul8erError('INVALID_TOPOLOGY', `${resource}: ${replicas} replicas, allowed 1 to ${MOST_REPLICAS}`)
}

/** A key that tells seats apart. */
export const seatKey = (seat: Seat): string => `${seat.resource}/${seat.index ?? ''}`

/** A seat for people: `replica 2 of web`. */
export const inWords = ({ resource, index }: Seat): string =>
  index === null ? `resource ${resource}` : `replica ${index} of ${resource}`

/**
 * What the instance of a seat shall be.
 * @throws Error when the revision has no such resource, or no artifact for its release: a revision is complete or a bug
 */
export function instanceSpec(revision: Revision, seat: Seat, host: string, slot: Slot): InstanceSpec {
  const { topology } = revision
  const resource = resourceOf(revision, seat.resource)
  const environment = clearEnvironment(resource)
  const content = {
    type: resource.type,
    image: resource.image,
    stateful: resource.stateful,
    config: { ...limitsConfig(resource), ...environmentConfig(environment) },
    devices: devices(resource),
    environment,
    secrets: secrets(revision, seat.resource, resource.environment),
    release: release(revision, resource),
  }
  return {
    name: instanceName(topology.name, seat.resource, seat.index, slot),
    topology: topology.name,
    resource: seat.resource,
    index: seat.index,
    slot,
    host,
    project: topology.project,
    ...content,
    healthcheck: resource.healthcheck,
    expose: resource.expose,
    digest: contentDigest(content),
  }
}

type Content = Pick<
  InstanceSpec,
  'type' | 'image' | 'stateful' | 'config' | 'devices' | 'environment' | 'secrets' | 'release'
>

// A sealed box differs at each sealing of the same value, so only its keyed digest counts.
const contentDigest = (content: Content): string =>
  digestOf(
    {
      ...content,
      secrets: content.secrets.map(({ name, ref, sealed }) => ({ name, ref, digest: sealed?.digest ?? null })),
    },
    16,
  )

function limitsConfig({ limits }: Resource): Record<string, string> {
  return {
    ...(limits.cpu === null ? {} : { 'limits.cpu': String(limits.cpu) }),
    ...(limits.memoryMiB === null ? {} : { 'limits.memory': `${limits.memoryMiB}MiB` }),
  }
}

const environmentConfig = (environment: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [`environment.${name}`, value]))

const devices = (resource: Resource): Record<string, Record<string, string>> => ({
  ...resource.devices,
  ...(resource.limits.diskMiB === null
    ? {}
    : { root: { ...resource.devices.root, size: `${resource.limits.diskMiB}MiB` } }),
})

const clearEnvironment = (resource: Resource): Record<string, string> =>
  Object.fromEntries(
    Object.entries(resource.environment).flatMap(([name, value]) => ('value' in value ? [[name, value.value]] : [])),
  )

function secrets(revision: Revision, resource: string, environment: Record<string, EnvironmentValue>): SecretSpec[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    'secret' in value ? [{ name, ref: value.secret, sealed: revision.sealed[`${resource}/${name}`] ?? null }] : [],
  )
}

function release(revision: Revision, { deploy }: Resource): ReleaseSpec | null {
  if (deploy === null) return null
  const key = `${deploy.release}@${deploy.version}`
  const artifact = revision.artifacts[key]
  if (artifact === undefined) throw new Error(`revision ${revision.number} has no artifact for ${key}`)
  return { name: deploy.release, version: deploy.version, artifact, start: deploy.start, stop: deploy.stop }
}

/** A resource of a revision; it is there, or the caller has a bug. */
export function resourceOf({ topology, number }: Revision, name: string): Resource {
  const resource = topology.resources[name]
  if (resource === undefined) throw new Error(`revision ${number} has no resource ${name}`)
  return resource
}
