import type { Labels, Role } from './model.js'
import type { Color } from '../naming/instance-names.js'

/** Where an instance's identity and provenance live among its Incus config keys. */
export const LABEL_PREFIX = 'user.cul8er.'

/** What the color's label was called before. */
const COLOR_BEFORE = 'slot'

const SECRET_PREFIX = `${LABEL_PREFIX}secret.`

/** The labels as Incus config; what is null has no key. */
export function labelsToConfig(labels: Labels): Record<string, string> {
  const values: Record<string, string | null> = {
    topology: labels.topology,
    resource: labels.resource,
    index: labels.index === null ? null : String(labels.index),
    color: labels.color === '' ? null : labels.color,
    revision: String(labels.revision),
    digest: labels.digest,
    operation: labels.operation,
    image: labels.image,
    release: labels.release,
    role: labels.role,
    // Instances of before have no such key, so only what it says counts, not that it is missing.
    stateful: labels.stateful === true ? 'true' : null,
    data: labels.dataIn ?? null,
    'replica.from': labels.replica?.from ?? null,
    'replica.at': labels.replica?.at ?? null,
    'replica.snapshot': labels.replica?.snapshot ?? null,
    config: labels.config === undefined ? null : labels.config.join(','),
    profiles: labels.profiles === undefined ? null : labels.profiles.join(','),
    expires: labels.expires ?? null,
    owner: labels.owner ?? null,
  }
  return Object.fromEntries([
    ...Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[`${LABEL_PREFIX}${key}`, value]])),
    ...Object.entries(labels.secrets).map(([name, digest]) => [`${SECRET_PREFIX}${name}`, digest]),
  ]) as Record<string, string>
}

/**
 * The labels in an instance's config; null when it is not ours. An instance that names its topology and resource is
 * ours even when another label was lost or spoilt by hand: it would be worse to lose sight of it.
 */
export function labelsFromConfig(config: Record<string, string>): Labels | null {
  const read = (key: string): string | undefined => config[`${LABEL_PREFIX}${key}`]
  const topology = read('topology')
  const resource = read('resource')
  const expires = isoTime(read('expires'))
  if (!topology || !resource) return null
  return {
    topology,
    resource,
    index: count(read('index')),
    color: oneOf(COLORS, read('color') ?? read(COLOR_BEFORE), ''),
    revision: count(read('revision')) ?? 0,
    digest: read('digest') ?? '',
    operation: read('operation') ?? '',
    image: read('image') ?? '',
    release: read('release') || null,
    role: oneOf(ROLES, read('role'), 'live'),
    ...(read('stateful') === 'true' ? { stateful: true } : {}),
    ...(read('data') === 'volumes' ? { dataIn: 'volumes' as const } : {}),
    ...(read('role') === 'replica'
      ? {
          replica: {
            from: read('replica.from') ?? '',
            at: isoTime(read('replica.at')),
            snapshot: read('replica.snapshot') || null,
          },
        }
      : {}),
    ...(isoTime(read('backup.at')) === null ? {} : { backupAt: isoTime(read('backup.at'))! }),
    ...(read('restored') ? { restored: true as const } : {}),
    ...(read('config') ? { config: words(read('config')) } : {}),
    ...(read('profiles') ? { profiles: words(read('profiles')) } : {}),
    ...(expires === null ? {} : { expires }),
    ...(read('owner') ? { owner: read('owner')! } : {}),
    secrets: Object.fromEntries(
      Object.entries(config).flatMap(([key, value]) =>
        key.startsWith(SECRET_PREFIX) ? [[key.slice(SECRET_PREFIX.length), value]] : [],
      ),
    ),
  }
}

/** The keys that say when an instance's time is over, and who says so; null takes them off. */
export const expiryConfig = (expires: string | null, owner: string): Record<string, string> => ({
  [`${LABEL_PREFIX}expires`]: expires ?? '',
  [`${LABEL_PREFIX}owner`]: expires === null ? '' : owner,
})

/** The keys to set so that one set of labels becomes another; a key that goes is set to '', which is how Incus removes it. */
export function labelChanges(from: Labels | null, to: Labels): Record<string, string> {
  const before = from === null ? {} : labelsToConfig(from)
  const after = labelsToConfig(to)
  const gone = Object.keys(before).filter((key) => !(key in after))
  return Object.fromEntries([
    ...Object.entries(after).filter(([key, value]) => before[key] !== value),
    ...gone.map((key) => [key, '']),
    // Or an older label would say what the new one does not say any more.
    ...(from === null || from.color === to.color ? [] : [[`${LABEL_PREFIX}${COLOR_BEFORE}`, '']]),
  ]) as Record<string, string>
}

const COLORS: readonly Color[] = ['', 'blue', 'green', 'canary']
const ROLES: readonly Role[] = ['live', 'new', 'old', 'canary', 'edge', 'replica']

const oneOf = <T extends string>(allowed: readonly T[], found: string | undefined, otherwise: T): T =>
  allowed.find((value) => value === found) ?? otherwise

// What else Date.parse takes may hold any text in brackets.
const isoTime = (text = ''): string | null =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : null

const words = (text = ''): string[] => text.split(',')

const count = (text: string | undefined): number | null =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : null
