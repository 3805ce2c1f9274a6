import { SOONEST_SCALING_MS } from '../limits.js'
import type { Resource } from '../model.js'
import { problem, type Finding, type Path } from '../problem.js'
import { valueAt } from '../prune.js'
import { formatDuration } from '../units.js'
import { milliseconds } from '../values.js'
import { entriesAt, type Draft } from './draft.js'

/** Numbers of instances that cannot follow the load: without room between the bounds, without anything to measure, or with data. */
export function checkScaling({ raw, sound, resources }: Draft): Finding[] {
  return resources.flatMap((name) => {
    const path = ['resources', name, 'replicas']
    const written = valueAt(raw, path)
    const declared = sound?.declaration.resources[name]?.replicas
    const resource = sound?.topology.resources[name]
    if (typeof written !== 'object' || typeof declared !== 'object' || resource === undefined) return []
    const { min, max, coolDown } = declared
    return [
      ...(max > min ? [] : [problem([...path, 'max'], String(max), `more than min (${min})`)]),
      ...(milliseconds(coolDown) >= SOONEST_SCALING_MS
        ? []
        : [problem([...path, 'coolDown'], coolDown, `at least ${formatDuration(SOONEST_SCALING_MS)}`)]),
      ...(resource.stateful
        ? [problem(path, `it for ${name}, which is stateful`, 'a number: fewer instances would delete data')]
        : []),
      ...target(declared.target, { raw, name, path: [...path, 'target'], resource }),
    ]
  })
}

function target(
  { cpu, requests }: { cpu?: string | undefined; requests?: string | undefined },
  { raw, name, path, resource }: { raw: unknown; name: string; path: Path; resource: Resource },
): Finding[] {
  const written = entriesAt(raw, path).map(([key]) => key)
  if (written.includes('cpu') === written.includes('requests')) {
    return [problem(path, written.includes('cpu') ? 'cpu and requests' : 'nothing', 'one of cpu and requests')]
  }
  if (cpu !== undefined && resource.limits.cpu === null) {
    return [problem([...path, 'cpu'], `it for ${name} without limits.cpu`, 'it for a resource with limits.cpu')]
  }
  if (requests !== undefined && resource.expose.every(({ protocol }) => protocol === 'tcp')) {
    return [
      problem(
        [...path, 'requests'],
        `it for ${name}, which no edge sends requests to`,
        'it for a resource that exposes a port by http or https',
      ),
    ]
  }
  return []
}
