import type { InstanceSpec, Labels, ObservedInstance } from './model.js'

/** One difference between what an instance is and what it shall be. */
export interface Difference {
  /**
   * image: needs another instance. app: needs the release put in anew (release, environment, secrets). live: mended
   * while the app runs (limits, devices). state: needs a start.
   */
  kind: 'image' | 'app' | 'live' | 'state'
  reason: string
}

/** What separates an instance of ours from its spec, in words; empty when nothing does. */
export function compare(spec: InstanceSpec, observed: ObservedInstance, labels: Labels): Difference[] {
  const found = [
    ...image(spec, observed, labels),
    ...release(spec, labels),
    ...keys('limits.', 'live', spec.config, observed.config),
    ...keys('environment.', 'app', spec.config, observed.config),
    ...deviceDifferences(spec, observed),
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

function deviceDifferences(spec: InstanceSpec, observed: ObservedInstance): Difference[] {
  const names = [...new Set([...Object.keys(spec.devices), ...Object.keys(observed.devices)])].sort()
  return names.flatMap((name): Difference[] => {
    const wanted = spec.devices[name]
    const actual = observed.devices[name]
    // The root disk is the profile's with what is overridden of it: without an override of ours nothing is wrong with it.
    if (wanted === undefined) {
      return name === 'root' ? [] : [{ kind: 'live', reason: `device ${name} exists but is not declared` }]
    }
    if (actual === undefined) return [{ kind: 'live', reason: `device ${name} is missing` }]
    return deviceChanges(name, wanted, actual).map(([key, value]) => ({
      kind: 'live',
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
