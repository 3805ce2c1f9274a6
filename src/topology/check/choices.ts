import { PROBES } from '../../health/probes/registry.js'
import type { SecretSource } from '../../secrets/sources/source.js'
import { SECRET_SOURCES } from '../../secrets/sources/sources.js'
import { describe, problem, type Finding, type Path } from '../problem.js'
import { valueAt } from '../prune.js'
import { ownConfigKey } from '../config-keys.js'
import { entriesAt, type Draft } from './draft.js'

/** Keys that exclude each other or need each other. It reads what was written: a wrong value is still a choice made. */
export function checkChoices({ raw, resources }: Draft): Finding[] {
  return [
    ...notEmpty(raw, 'hosts', 'at least one host'),
    ...notEmpty(raw, 'resources', 'at least one resource'),
    ...oneName(raw),
    ...probes(raw, ['strategy', 'healthcheck']),
    ...secretKey(raw, ['cluster', 'cookie']),
    ...notifiers(raw),
    ...entriesAt(raw, ['hosts']).flatMap(([host]) => passphrase(raw, host)),
    ...resources.flatMap((name) => {
      const path = ['resources', name]
      return [
        ...probes(raw, [...path, 'healthcheck']),
        ...replacesData(raw, name),
        ...entriesAt(raw, [...path, 'environment']).flatMap(([key]) => secretKey(raw, [...path, 'environment', key])),
        ...entriesAt(raw, [...path, 'config']).flatMap(([key, value]) => configKey([...path, 'config', key], value)),
        ...twice(raw, [...path, 'profiles']),
        ...volumeDevices(raw, path),
        ...entriesAt(raw, [...path, 'devices']).flatMap(([device]) => deviceType(raw, [...path, 'devices', device])),
      ]
    }),
  ]
}

function notEmpty(raw: unknown, section: string, allowed: string): Finding[] {
  const value = valueAt(raw, [section])
  const empty = typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return empty ? [problem([section], describe(value), allowed)] : []
}

function oneName(raw: unknown): Finding[] {
  const path = ['strategy', 'batchSize']
  const both = valueAt(raw, path) !== undefined && valueAt(raw, ['strategy', 'maxParallel']) !== undefined
  return both ? [problem(path, 'maxParallel and batchSize', 'one of them: they are the same')] : []
}

function probes(raw: unknown, path: Path): Finding[] {
  const given = entriesAt(raw, path)
  const isMapping = given.length > 0 || describe(valueAt(raw, path)) === 'an empty mapping'
  if (!isMapping) return []
  const written = Object.fromEntries(given)
  const chosen = PROBES.choices.filter((key) => written[key] !== undefined)
  const kind = PROBES.kindOf(written)
  return [
    ...chosen.slice(1).map((key) => problem([...path, key], chosen.join(' and '), 'one of them')),
    ...(chosen.length === 0 ? [problem(path, `neither ${PROBES.choices.join(' nor ')}`, 'one of them')] : []),
    ...PROBES.optionKeys
      .filter(({ key, kind: own }) => written[key] !== undefined && kind !== null && kind !== own)
      .map(({ key, beside }) => problem([...path, key], `it without ${beside}`, `it beside ${beside} only`)),
  ]
}

function notifiers(raw: unknown): Finding[] {
  const written = valueAt(raw, ['notify'])
  if (!Array.isArray(written)) return []
  return written.flatMap((_, index) => {
    const path = ['notify', index]
    return [
      ...entriesAt(raw, path).flatMap(([kind]) => namedSecret(raw, [...path, kind])),
      ...twice(raw, [...path, 'on']),
    ]
  })
}

function passphrase(raw: unknown, host: string): Finding[] {
  const ssh = ['hosts', host, 'credentials', 'ssh']
  const path = [...ssh, 'passphrase']
  if (valueAt(raw, path) === undefined) return []
  const lacksKey = valueAt(raw, [...ssh, 'key']) === undefined
  return [
    ...(valueAt(raw, [...path, 'secret', 'from']) === 'system'
      ? [
          problem(
            [...path, 'secret', 'from'],
            "'system'",
            "'file' or 'command': the worker logs in when no command runs",
          ),
        ]
      : namedSecret(raw, path)),
    ...(lacksKey ? [problem(path, 'a passphrase without a key', 'it beside key only: it opens that file')] : []),
  ]
}

/** A secret that has no name of its own, which a reference without `key` could mean. */
function namedSecret(raw: unknown, path: Path): Finding[] {
  const found = secretKey(raw, path)
  const from = valueAt(raw, [...path, 'secret', 'from'])
  const isNameless = typeof from === 'string' && valueAt(raw, [...path, 'secret', 'key']) === undefined
  return found.length > 0 || !isNameless
    ? found
    : [problem([...path, 'secret', 'key'], 'nothing', 'the name of the variable')]
}

/** A fresh instance in place of one that holds data would begin without it. */
function replacesData(raw: unknown, name: string): Finding[] {
  const resource = ['resources', name]
  if (valueAt(raw, [...resource, 'stateful']) !== true) return []
  const own = valueAt(raw, [...resource, 'healthcheck']) !== undefined
  // What deploys and exposes nothing has no part in the strategy's check.
  const serves = [['deploy'], ['network', 'expose']].some((keys) => valueAt(raw, [...resource, ...keys]) !== undefined)
  if (!own && !serves) return []
  const path = [...(own ? resource : ['strategy']), 'healthcheck', 'unhealthy', 'then']
  if (valueAt(raw, path) !== 'replace') return []
  const whose = own ? 'for a stateful resource' : `which the stateful resource ${name} inherits`
  const allowed = own
    ? "'alert': a fresh instance would begin without its data"
    : `'alert', or a healthcheck of ${name}'s own`
  return [problem(path, `'replace', ${whose}`, allowed)]
}

function secretKey(raw: unknown, path: Path): Finding[] {
  const { from, key } = Object.fromEntries(entriesAt(raw, [...path, 'secret']))
  const source: SecretSource | undefined = SECRET_SOURCES.find(({ name }) => name === from)
  const at = [...path, 'secret', 'key']
  const refused = typeof key === 'string' ? source?.refused?.(key) : undefined
  if (refused !== undefined) return [problem(at, describe(key), refused)]
  const needed = source?.key ?? null
  return key !== undefined || needed === null ? [] : [problem(at, 'nothing', needed)]
}

function configKey(path: Path, value: unknown): Finding[] {
  const key = String(path.at(-1))
  const reason = ownConfigKey(key)
  if (reason !== null) return [problem(path, `the key ${key}`, reason)]
  // Incus takes an empty value for the removal of the key.
  return value === '' ? [problem(path, 'an empty string', 'a value, or no such key at all')] : []
}

/** A volume is a device of its name: another device of the name, or another volume at the same path, would hide it. */
function volumeDevices(raw: unknown, path: Path): Finding[] {
  const devices = entriesAt(raw, [...path, 'devices']).map(([device]) => device)
  const volumes = entriesAt(raw, [...path, 'volumes']).map(([volume, value]) => ({
    volume,
    at: valueAt(value, ['path']),
  }))
  return volumes.flatMap(({ volume, at }, index) => {
    const here = [...path, 'volumes', volume]
    const other = volumes.slice(0, index).find((each) => each.at === at && typeof at === 'string')
    return [
      ...(devices.includes(volume) || TAKEN.includes(volume)
        ? [problem(here, `the volume ${volume}, beside a device of that name`, 'a name that no device uses')]
        : []),
      ...(other === undefined
        ? []
        : [problem([...here, 'path'], `${describe(at)}, which volume ${other.volume} has too`, 'its own path')]),
    ]
  })
}

/** Devices that every instance has from its profiles. */
const TAKEN = ['root', 'eth0']

function twice(raw: unknown, path: Path): Finding[] {
  const written = valueAt(raw, path)
  if (!Array.isArray(written)) return []
  return written.flatMap((name: unknown, index) =>
    typeof name === 'string' && written.indexOf(name) < index
      ? [problem([...path, index], `${describe(name)} twice`, 'each name once')]
      : [],
  )
}

function deviceType(raw: unknown, path: Path): Finding[] {
  const device = entriesAt(raw, path)
  if (device.length === 0 || device.some(([key]) => key === 'type')) return []
  return [problem([...path, 'type'], 'nothing', "the device's type, such as disk, nic or proxy")]
}
