import {
  addDevice,
  assignProfiles,
  createProject,
  launchInstance,
  overrideDevice,
  removeDevice,
  setConfig,
  setDevice,
  type IncusCommand,
} from '../incus/index.js'
import { deviceChanges, ownKeys, wantedProfiles } from '../plan/compare.js'
import { LABEL_PREFIX, labelChanges, labelsToConfig } from '../plan/labels.js'
import type { InstanceSpec, Labels, ObservedInstance, Role } from '../plan/model.js'

/** What labels an instance gets that is made, or made over, as its spec says. */
export function labelsOf(
  spec: InstanceSpec,
  stamp: { operation: number; revision: number; role: Role; expiresAt?: string },
  secretDigests: ReadonlyMap<string, string>,
): Labels {
  return {
    topology: spec.topology,
    resource: spec.resource,
    index: spec.index,
    color: spec.color,
    revision: stamp.revision,
    digest: spec.digest,
    operation: String(stamp.operation),
    image: spec.image,
    release: spec.release === null ? null : `${spec.release.name}@${spec.release.version}`,
    role: stamp.role,
    ...(spec.stateful ? { stateful: true } : {}),
    ...(spec.dataIn === undefined ? {} : { dataIn: spec.dataIn }),
    ...(ownKeys(spec.config).length === 0 ? {} : { config: ownKeys(spec.config).sort() }),
    ...(spec.profiles === undefined ? {} : { profiles: spec.profiles }),
    ...(stamp.expiresAt === undefined ? {} : { expires: stamp.expiresAt }),
    secrets: Object.fromEntries(
      spec.secrets.map(({ name, sealed }) => [name, secretDigests.get(name) ?? sealed?.digest ?? '']),
    ),
  }
}

/** A project of the topology's own; images and profiles stay those of the default one. */
export const projectCommand = (project: string): IncusCommand =>
  createProject(project, { 'features.images': 'false', 'features.profiles': 'false' })

/** Creates and starts the instance, whole, in one command: limits, devices, environment, labels. */
export const createCommand = (spec: InstanceSpec, labels: Labels): IncusCommand =>
  launchInstance({
    name: spec.name,
    image: spec.image,
    type: spec.type,
    project: spec.project,
    config: { ...spec.config, ...labelsToConfig(labels) },
    devices: spec.devices,
    ...(spec.profiles === undefined ? {} : { profiles: spec.profiles }),
  })

/** Says which operation has an instance in its hands: of one that is lost nothing else tells. */
export const touchCommand = (name: string, operation: number, where: { project: string | null }): IncusCommand =>
  setConfig(name, { [`${LABEL_PREFIX}operation`]: String(operation) }, where)

/** What makes limits, environment, devices and labels of an instance that is there as they shall be; empty when they are. */
export function configureCommands(spec: InstanceSpec, observed: ObservedInstance, labels: Labels): IncusCommand[] {
  const where = { project: spec.project }
  const profiles = wantedProfiles(spec, observed.labels)
  const config = {
    ...configChanges(spec.config, observed.config, observed.labels?.config),
    ...labelChanges(observed.labels, labels),
  }
  return [
    ...(profiles === null || profiles.join() === observed.profiles?.join()
      ? []
      : [assignProfiles(spec.name, profiles, where)]),
    ...(Object.keys(config).length === 0 ? [] : [setConfig(spec.name, config, where)]),
    ...deviceCommands(spec, observed),
  ]
}

/** Keys that cul8er manages; what else a person set is left alone. An empty value removes a key. */
function configChanges(
  wanted: Record<string, string>,
  actual: Record<string, string>,
  declared: readonly string[] = [],
): Record<string, string> {
  const gone = Object.keys(actual).filter((key) => (MANAGED.test(key) || declared.includes(key)) && !(key in wanted))
  return {
    ...Object.fromEntries(Object.entries(wanted).filter(([key, value]) => actual[key] !== value)),
    ...Object.fromEntries(gone.map((key) => [key, ''])),
  }
}

const MANAGED = /^(limits|environment)\./

function deviceCommands(spec: InstanceSpec, observed: ObservedInstance): IncusCommand[] {
  const where = { project: spec.project }
  const names = new Set([...Object.keys(spec.devices), ...Object.keys(observed.devices)])
  return [...names].sort().flatMap((device): IncusCommand[] => {
    const wanted = spec.devices[device]
    const actual = observed.devices[device]
    // A root disk of the instance's own is what Incus made of an override: without one it goes back to the profile's.
    if (wanted === undefined) return device === 'root' ? [] : [removeDevice(spec.name, device, where)]
    if (actual === undefined) {
      return [
        'type' in wanted
          ? addDevice(spec.name, device, wanted, where)
          : overrideDevice(spec.name, device, wanted, where),
      ]
    }
    const changed = Object.fromEntries(deviceChanges(device, wanted, actual).map(([key, value]) => [key, value ?? '']))
    // Incus cannot change what a device is.
    if ('type' in changed) {
      return [removeDevice(spec.name, device, where), addDevice(spec.name, device, wanted, where)]
    }
    return Object.keys(changed).length === 0 ? [] : [setDevice(spec.name, device, changed, where)]
  })
}
