import type { Resource } from '../topology/model.js'
import type { Change } from './model.js'
import { levels } from './order.js'
import { poolsOf } from './pools.js'

type Resources = Record<string, Pick<Resource, 'dependsOn'> & Partial<Pick<Resource, 'expose'>>>

/** A change as it counts for batches. `staysOut`: it takes no traffic afterwards either. */
type Batched = Pick<Change, 'action' | 'resource' | 'host'> & Partial<Pick<Change, 'live'>> & { staysOut?: boolean }

/**
 * Work in batches: levels of `dependsOn` one after another, within a level `maxParallel` at a time. Where something that
 * runs is changed, the first batch is one instance: a broken version costs one, not many (Nomad's and flyctl's habit).
 * Resources that share a public port are one set: of them, too, one instance comes before the others, on every host. So it is with the
 * instances of one resource: the edge of a host knows those of its host alone, and shall have somebody to ask at any time.
 * Deletions are not in batches: they come last, when everything else is healthy.
 */
export function batchesOf<PlannedChange extends Batched>(
  changes: readonly PlannedChange[],
  options: { resources: Resources; maxParallel: number },
): PlannedChange[][] {
  const { resources, maxParallel } = options
  const todo = changes.filter(({ action }) => action !== 'delete')
  const pools = new PoolBatches(resources)
  return levels(resources).flatMap((names) => {
    const own = todo.filter(({ resource }) => names.includes(resource))
    const isShared = own.some(({ resource }) => poolsOf(exposed(resources[resource])).length > 0)
    const level = isShared ? pools.inOrder(own) : own
    const careful = level.some(({ action }) => CAREFUL.has(action))
    const first = careful ? level.slice(0, 1) : []
    const rest = level.slice(first.length)
    pools.done(first)
    return [...(first.length > 0 ? [first] : []), ...pools.split(rest, maxParallel)]
  })
}

const CAREFUL: ReadonlySet<Change['action']> = new Set(['update', 'replace', 'restart'])

const exposed = (resource: Resources[string] | undefined): { expose: Resource['expose'] } => ({
  expose: resource?.expose ?? [],
})

const goesOut = ({ action, live }: Batched): boolean => CAREFUL.has(action) && live !== true

/**
 * Batches that leave somebody in every pool: until one instance of a shared pool is done and serves again, they are changed one by
 * one; and the same on each host, whose edge knows its own alone, for what has its public ports for itself, too.
 */
export class PoolBatches {
  private readonly serves = new Set<string>()

  constructor(private readonly resources: Resources) {}

  /** Of those that share ports, what comes up before what goes out. */
  inOrder<Item extends Batched>(items: readonly Item[]): Item[] {
    const isFirst = (item: Item): boolean => this.places(item).length > 0 && !goesOut(item)
    return [...items.filter(isFirst), ...items.filter((item) => !isFirst(item))]
  }

  /** As many at a time as may be. */
  split<Item extends Batched>(items: readonly Item[], most: number): Item[][] {
    const batches: Item[][] = []
    for (let left = [...items]; left.length > 0;) {
      const busy = new Set<string>()
      const batch: Item[] = []
      for (const item of left) {
        if (batch.length === most) break
        const alone = this.places(item).filter((place) => !this.serves.has(place))
        if (goesOut(item) && alone.some((place) => busy.has(place))) continue
        alone.forEach((place) => busy.add(place))
        batch.push(item)
      }
      left = left.filter((item) => !batch.includes(item))
      this.done(batch)
      batches.push(batch)
    }
    return batches
  }

  /** They are changed, and take traffic. */
  done(items: readonly Batched[]): void {
    for (const item of items) if (item.staysOut !== true) this.places(item).forEach((place) => this.serves.add(place))
  }

  private places({ resource, host }: Batched): string[] {
    const { expose } = exposed(this.resources[resource])
    const hasOwn = expose.some(({ pool }) => pool === undefined)
    return [
      ...poolsOf({ expose }).flatMap((pool) => [`pool ${pool}`, `pool ${pool} on ${host}`]),
      ...(hasOwn ? [`${resource} on ${host}`] : []),
    ]
  }
}
