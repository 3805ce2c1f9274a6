import type { Resource } from '../topology/model.js'
import type { Work } from './work.js'
import { levels } from './order.js'

/**
 * Work in batches: levels of `dependsOn` one after another, within a level `maxParallel` at a time. Where something that
 * runs is changed, the first batch is one instance: a broken version costs one, not many (Nomad's and flyctl's habit).
 * Deletions are not in batches: they come last, when everything else is healthy.
 */
export function batchesOf(
  work: readonly Work[],
  options: { resources: Record<string, Pick<Resource, 'dependsOn'>>; maxParallel: number },
): Work[][] {
  const todo = work.filter(({ action }) => action !== 'delete')
  return levels(options.resources).flatMap((names) => {
    const level = todo.filter(({ resource }) => names.includes(resource))
    const careful = level.some(({ action }) => action === 'update' || action === 'replace')
    const first = careful ? level.slice(0, 1) : []
    return [...(first.length > 0 ? [first] : []), ...chunk(level.slice(first.length), options.maxParallel)]
  })
}

const chunk = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
