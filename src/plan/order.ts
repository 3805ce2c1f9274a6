import type { Resource } from '../topology/model.js'

/**
 * Resources in levels: each level depends only on earlier ones; the file's order holds within a level.
 * @throws Error on a cycle: validation refuses those before
 */
export function levels(resources: Record<string, Pick<Resource, 'dependsOn'>>): string[][] {
  const result: string[][] = []
  const done = new Set<string>()
  let left = Object.keys(resources)
  while (left.length > 0) {
    const level = left.filter((name) => resources[name]?.dependsOn.every((needed) => done.has(needed)))
    if (level.length === 0) throw new Error(`resources depend on each other in a cycle: ${left.join(', ')}`)
    level.forEach((name) => done.add(name))
    left = left.filter((name) => !done.has(name))
    result.push(level)
  }
  return result
}
