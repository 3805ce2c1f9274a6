import { isLiveConfigKey } from '../topology/config-keys.js'
import { attachedVolumes } from './attached-volumes.js'
import type { InstanceSpec, Labels, ObservedInstance } from './model.js'

/** One difference between what an instance is and what it shall be. */
export interface Difference {
  /**
   * image: needs another instance. app: needs the release put in anew (release, environment, secrets). live: mended
   * while the app runs (limits, devices). restart: in place, with the whole instance stopped. state: needs a start.
   */
  kind: 'image' | 'app' | 'live' | 'restart' | 'state'
  reason: string
}

/**
 * What separates an instance of ours from its spec, in words; empty when nothing does.
 * @param before - its spec in the stable revision, where that is known
 */
export function compare(
  spec: InstanceSpec,
  observed: ObservedInstance,
  labels: Labels,
  before: InstanceSpec | null = null,
): Difference[] {
  const found = [
    ...image(spec, observed, labels),
    ...release(spec, labels),
    ...rebuilt(spec, before, labels),
    ...keys('limits.', 'live', spec.config, observed.config).map(withRestart),
    ...keys('environment.', 'app', spec.config, observed.config),
    ...configDifferences(spec, observed, labels),
    ...profileDifferences(spec, observed, labels),
    ...deviceDifferences(spec, observed, labels),
    ...sizeDifferences(spec, observed),
    ...secretDifferences(spec, labels),
  ]
  const declared =
    found.length === 0 && labels.digest !== spec.digest
      ? [{ kind: 'app' as const, reason: 'its declaration changed' }]
      : []
  return [...found, ...declared, ...state(observed)]
}

function image(spec: InstanceSpec, observed: ObservedInstance, labels: Labels): Difference[] {
  return [
    ...(labels.image === spec.image
      ? []
      : [{ kind: 'image' as const, reason: `image is ${labels.image}, should be ${spec.image}` }]),
    ...(observed.type === spec.type
      ? []
      : [{ kind: 'image' as const, reason: `type is ${observed.type}, should be ${spec.type}` }]),
  ]
}

function release(spec: InstanceSpec, labels: Labels): Difference[] {
  const wanted = spec.release === null ? null : `${spec.release.name}@${spec.release.version}`
  if (labels.release === wanted) return []
  return [{ kind: 'app', reason: `release is ${labels.release ?? 'none'}, should be ${wanted ?? 'none'}` }]
}

/** A tarball of the same version that is another one. An instance that is not as the stable revision says has who knows which. */
function rebuilt(spec: InstanceSpec, before: InstanceSpec | null, labels: Labels): Difference[] {
  const [now, then] = [spec.release, before?.release ?? null]
  if (now === null || then === null || labels.digest !== before?.digest) return []
  const [to, from] = [now, then].map(({ artifact }) => artifact.sha256)
  if (now.name !== then.name || now.version !== then.version || to === from) return []
  return [{ kind: 'app', reason: `rebuilt: ${now.name} ${now.version}, digest ${short(from)} → ${short(to)}` }]
}

const short = (sha256 = ''): string => sha256.slice(0, 12)

/** Keys of the user's own: those that are declared, and those that were. What else a person set is left alone. */
function configDifferences(spec: InstanceSpec, observed: ObservedInstance, labels: Labels): Difference[] {
  return declaredKeys([...ownKeys(spec.config), ...(labels.config ?? [])])
    .filter((key) => spec.config[key] !== observed.config[key])
    .map((key) => {
      const reason = `${key} is ${shown(observed.config[key])}, should be ${shown(spec.config[key])}`
      return isLiveConfigKey(key)
        ? { kind: 'live', reason }
        : { kind: 'restart', reason: `${reason} (the instance restarts)` }
    })
}

/** Of the keys of a configuration, those that only `config` can have put there; limits and environment are looked after as a whole. */
export const ownKeys = (config: Record<string, string>): string[] =>
  Object.keys(config).filter((key) => !/^(limits|environment)\./.test(key))

const declaredKeys = (all: readonly string[]): string[] =>
  [...new Set(all)].filter((key) => !key.startsWith('limits.')).sort()

function profileDifferences(spec: InstanceSpec, { profiles: actual }: ObservedInstance, labels: Labels): Difference[] {
  const wanted = wantedProfiles(spec, labels)
  if (wanted === null || actual === undefined || actual.join() === wanted.join()) return []
  const reason = `profiles are ${actual.join(', ') || 'none'}, should be ${wanted.join(', ')} (the instance restarts)`
  return [{ kind: 'restart', reason }]
}

/** The profiles that an instance shall have; null: those that it has. One that had some of ours goes back to the default one. */
export const wantedProfiles = ({ profiles }: InstanceSpec, labels: Labels | null): string[] | null =>
  profiles ?? (labels?.profiles === undefined ? null : ['default'])

/** Limits of processes are set once, when the first one starts. */
const withRestart = (difference: Difference): Difference =>
  difference.reason.startsWith('limits.kernel.')
    ? { kind: 'restart', reason: `${difference.reason} (the instance restarts)` }
    : difference

function keys(
  prefix: string,
  kind: Difference['kind'],
  wanted: Record<string, string>,
  actual: Record<string, string>,
): Difference[] {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(actual)])]
    .filter((key) => key.startsWith(prefix))
    .sort()
  return names
    .filter((key) => wanted[key] !== actual[key])
    .map((key) => ({ kind, reason: `${key} is ${shown(actual[key])}, should be ${shown(wanted[key])}` }))
}

const shown = (value: string | undefined): string => (value === undefined ? 'unset' : JSON.stringify(value))

/** A volume grows while it is in use. One that is larger than declared is refused elsewhere, or somebody made it so. */
const sizeDifferences = ({ volumes = [] }: InstanceSpec, { volumeSizes = {} }: ObservedInstance): Difference[] =>
  volumes.flatMap(({ device, sizeMiB }): Difference[] => {
    const actual = volumeSizes[device]
    if (sizeMiB === null || actual === undefined || (actual !== null && actual >= sizeMiB)) return []
    const reason = `volume ${device} has ${actual === null ? 'no limit' : `${actual}MiB`}, should have ${sizeMiB}MiB`
    return [{ kind: 'live', reason }]
  })

function deviceDifferences(spec: InstanceSpec, observed: ObservedInstance, labels: Labels): Difference[] {
  const volumes = attachedVolumes(observed, labels.topology, labels).map(({ name }) => name)
  // What writes to a volume would not let go of it, or would go on writing beside it.
  const isVolume = (name: string): boolean =>
    spec.volumes?.some(({ device }) => device === name) === true ||
    volumes.includes(observed.devices[name]?.source ?? '')
  return plainDeviceDifferences(spec, observed).map(({ name, reason }) =>
    isVolume(name) ? { kind: 'restart', reason: `${reason} (the instance restarts)` } : { kind: 'live', reason },
  )
}

function plainDeviceDifferences(spec: InstanceSpec, observed: ObservedInstance): { name: string; reason: string }[] {
  const names = [...new Set([...Object.keys(spec.devices), ...Object.keys(observed.devices)])].sort()
  return names.flatMap((name): { name: string; reason: string }[] => {
    const wanted = spec.devices[name]
    const actual = observed.devices[name]
    // The root disk is the profile's with what is overridden of it: without an override of ours nothing is wrong with it.
    if (wanted === undefined) {
      return name === 'root' ? [] : [{ name, reason: `device ${name} exists but is not declared` }]
    }
    if (actual === undefined) return [{ name, reason: `device ${name} is missing` }]
    return deviceChanges(name, wanted, actual).map(([key, value]) => ({
      name,
      reason: `device ${name}: ${key} is ${shown(actual[key])}, should be ${shown(value)}`,
    }))
  })
}

/**
 * Keys of a device that are not as they shall be, undefined for one that shall not be there. An override of a profile's device
 * carries the profile's keys too; there only ours count.
 */
export function deviceChanges(
  name: string,
  wanted: Record<string, string>,
  actual: Record<string, string>,
): [string, string | undefined][] {
  const whole = 'type' in wanted && name !== 'root'
  const names = [...new Set([...Object.keys(wanted), ...(whole ? Object.keys(actual) : [])])].sort()
  return names.flatMap((key): [string, string | undefined][] =>
    wanted[key] === actual[key] ? [] : [[key, wanted[key]]],
  )
}

function secretDifferences(spec: InstanceSpec, labels: Labels): Difference[] {
  const wanted = new Map(spec.secrets.map(({ name, sealed }) => [name, sealed?.digest ?? '']))
  return [
    ...[...wanted].flatMap(([name, digest]): Difference[] => {
      const actual = labels.secrets[name]
      if (actual === undefined) return [{ kind: 'app', reason: `secret ${name} is new` }]
      // A secret that the worker resolves has no digest before an activity opened it.
      return digest === '' || actual === digest ? [] : [{ kind: 'app', reason: `secret ${name} changed` }]
    }),
    ...Object.keys(labels.secrets)
      .filter((name) => !wanted.has(name))
      .map((name): Difference => ({ kind: 'app', reason: `secret ${name} is no longer declared` })),
  ]
}

const state = (observed: ObservedInstance): Difference[] =>
  observed.status === 'Running' || observed.status === 'Starting'
    ? []
    : [{ kind: 'state', reason: `is ${observed.status.toLowerCase()}, should be running` }]
