import { describe, problem, type Finding, type Path } from '../problem.js'
import { valueAt } from '../prune.js'
import { entriesAt, type Draft } from './draft.js'

/** Keys that exclude each other or need each other. It reads what was written: a wrong value is still a choice made. */
export function checkChoices({ raw, resources }: Draft): Finding[] {
  return [
    ...notEmpty(raw, 'hosts', 'at least one host'),
    ...notEmpty(raw, 'resources', 'at least one resource'),
    ...oneName(raw),
    ...probes(raw, ['strategy', 'healthcheck']),
    ...secretKey(raw, ['cluster', 'cookie']),
    ...resources.flatMap((name) => {
      const path = ['resources', name]
      return [
        ...probes(raw, [...path, 'healthcheck']),
        ...entriesAt(raw, [...path, 'environment']).flatMap(([key]) => secretKey(raw, [...path, 'environment', key])),
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
  const { endpoint, command, expectedStatus } = Object.fromEntries(given)
  const both = endpoint !== undefined && command !== undefined
  const neither = endpoint === undefined && command === undefined
  const tcp = typeof endpoint === 'string' && endpoint.startsWith('tcp:')
  return [
    ...(both ? [problem([...path, 'command'], 'endpoint and command', 'one of them')] : []),
    ...(neither ? [problem(path, 'neither endpoint nor command', 'one of them')] : []),
    ...(expectedStatus !== undefined && (tcp || endpoint === undefined)
      ? [problem([...path, 'expectedStatus'], 'it without an http(s) endpoint', 'it beside an http(s) endpoint only')]
      : []),
  ]
}

function secretKey(raw: unknown, path: Path): Finding[] {
  const { from, key } = Object.fromEntries(entriesAt(raw, [...path, 'secret']))
  if (from === 'system' && typeof key === 'string' && key.startsWith('CUL8ER_')) {
    return [problem([...path, 'secret', 'key'], describe(key), "a variable that is not cul8er's own (CUL8ER_…)")]
  }
  if (key !== undefined || (from !== 'file' && from !== 'command')) return []
  return [
    problem([...path, 'secret', 'key'], 'nothing', `the ${from === 'file' ? 'path of the file' : 'command line'}`),
  ]
}

function deviceType(raw: unknown, path: Path): Finding[] {
  const device = entriesAt(raw, path)
  if (device.length === 0 || device.some(([key]) => key === 'type')) return []
  return [problem([...path, 'type'], 'nothing', "the device's type, such as disk, nic or proxy")]
}
