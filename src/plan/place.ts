import type { Resource } from '../topology/model.js'

/**
 * A host for a new instance: of the candidates, the one with the fewest instances of the resource, then the fewest at all,
 * then the first in the file's order. Counts are instances per host.
 */
export function placeOn(
  resource: Pick<Resource, 'on'>,
  counts: { ofResource: ReadonlyMap<string, number>; all: ReadonlyMap<string, number> },
): string {
  const score = (host: string): [number, number] => [counts.ofResource.get(host) ?? 0, counts.all.get(host) ?? 0]
  const [first, ...rest] = resource.on
  if (first === undefined) throw new Error('a resource needs at least one host')
  return rest.reduce((best, host) => {
    const [a, b] = [score(best), score(host)]
    return b[0] < a[0] || (b[0] === a[0] && b[1] < a[1]) ? host : best
  }, first)
}
