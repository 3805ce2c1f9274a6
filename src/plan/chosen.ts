import type { ErrorReport } from '../errors.js'
import { nearest } from '../topology/nearest.js'
import type { LiveInstance } from './planned-change.js'

/**
 * The instances that are meant by names of resources and of instances, each once.
 * @param names - empty: all
 * @returns the first name that nothing is called, as a refusal
 */
export function chosen<Instance extends Pick<LiveInstance, 'name' | 'resource'>>(
  all: readonly Instance[],
  names: readonly string[],
): { chosen: Instance[] } | { refusal: ErrorReport } {
  const means = (name: string): ((instance: Instance) => boolean) => {
    return (instance) => instance.name === name || instance.resource === name
  }
  const unknown = names.find((name) => !all.some(means(name)))
  if (unknown !== undefined) return { refusal: nothingCalled(unknown, all) }
  return { chosen: all.filter((instance) => names.length === 0 || names.some((name) => means(name)(instance))) }
}

function nothingCalled(name: string, all: readonly Pick<LiveInstance, 'name' | 'resource'>[]): ErrorReport {
  const resources = [...new Set(all.map(({ resource }) => resource))].sort()
  const meant = nearest(name, [...resources, ...all.map((each) => each.name)])
  return {
    code: 'USAGE',
    message: `no resource or instance is named ${name}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    hint:
      all.length === 0
        ? 'there are no instances'
        : `there are ${[...new Set([...resources, ...all.map((each) => each.name).sort()])].join(', ')}`,
  }
}
