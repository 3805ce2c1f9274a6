import { Cul8erError } from '../errors.js'
import { holdsData } from '../topology/holds-data.js'
import { MOST_REPLICAS } from '../topology/limits.js'
import type { EnvironmentValue, Resource } from '../topology/model.js'
import { digestOf } from './digest.js'
import type { InstanceSpec, ReleaseSpec, Revision, SecretSpec, VolumeSpec } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { instanceName } from '../naming/instance-names.js'
import { volumeName } from '../naming/volume-names.js'

/** One place in a topology that an instance fills: a resource, and its number when there are replicas. */
export interface Replica {
  resource: string
  index: number | null
}

/** The replicas of a revision, in the order of deployment. */
export function replicas(revision: Revision): Replica[] {
  return Object.entries(revision.topology.resources).flatMap(([resource, { replicas }]): Replica[] =>
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

/** A key that tells replicas apart. */
export const replicaKey = (replica: Replica): string => `${replica.resource}/${replica.index ?? ''}`

/** A replica for people: `replica 2 of web`. */
export const inWords = ({ resource, index }: Replica): string =>
  index === null ? `resource ${resource}` : `replica ${index} of ${resource}`

/**
 * What the instance of a replica shall be.
 * @throws Error when the revision has no such resource, or no artifact for its release: a revision is complete or a bug
 */
export function instanceSpec(revision: Revision, replica: Replica, host: string, color: Color): InstanceSpec {
  const { topology } = revision
  const resource = resourceOf(revision, replica.resource)
  const environment = clearEnvironment(resource)
  const content = {
    type: resource.type,
    image: resource.image,
    stateful: holdsData(resource),
    ...(resource.volumes !== undefined && !resource.stateful ? { dataIn: 'volumes' as const } : {}),
    ...(resource.volumes === undefined ? {} : { volumes: volumesOf(revision, replica) }),
    config: { ...resource.config, ...limitsConfig(resource), ...environmentConfig(environment) },
    ...(resource.profiles === undefined ? {} : { profiles: resource.profiles }),
    devices: devices(revision, replica),
    environment,
    secrets: secrets(revision, replica.resource, resource.environment),
    release: release(revision, resource),
  }
  return {
    name: instanceName(topology.name, replica.resource, replica.index, color),
    topology: topology.name,
    resource: replica.resource,
    index: replica.index,
    color,
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
  | 'type'
  | 'image'
  | 'stateful'
  | 'config'
  | 'profiles'
  | 'volumes'
  | 'dataIn'
  | 'devices'
  | 'environment'
  | 'secrets'
  | 'release'
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

const devices = (revision: Revision, replica: Replica): Record<string, Record<string, string>> => {
  const resource = resourceOf(revision, replica.resource)
  return {
    ...resource.devices,
    ...Object.fromEntries(
      volumesOf(revision, replica).map(({ device, name, path, pool }) => [
        device,
        { type: 'disk', pool, source: name, path },
      ]),
    ),
    ...(resource.limits.diskMiB === null
      ? {}
      : { root: { ...resource.devices.root, size: `${resource.limits.diskMiB}MiB` } }),
  }
}

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
  const { version } = deploy
  if (version === null) throw new Error(`revision ${revision.number} has no version of ${deploy.release}`)
  const key = `${deploy.release}@${version}`
  const artifact = revision.artifacts[key]
  if (artifact === undefined) throw new Error(`revision ${revision.number} has no artifact for ${key}`)
  return { name: deploy.release, version, artifact, start: deploy.start, stop: deploy.stop }
}

/** Volumes that the instance of a replica shall have. */
export const volumesOf = (revision: Revision, replica: Replica): VolumeSpec[] =>
  Object.entries(resourceOf(revision, replica.resource).volumes ?? {}).map(([device, { path, pool, sizeMiB }]) => ({
    name: volumeName(revision.topology.name, replica.resource, replica.index, device),
    device,
    path,
    pool,
    sizeMiB,
  }))

/** A resource of a revision; it is there, or the caller has a bug. */
export function resourceOf({ topology, number }: Revision, name: string): Resource {
  const resource = topology.resources[name]
  if (resource === undefined) throw new Error(`revision ${number} has no resource ${name}`)
  return resource
}
