import type { Expose, Topology } from '../model.js'
import { problem, type Finding, type Path } from '../problem.js'

interface Entry {
  resource: string
  /** In `network.expose`. */
  index: number
  path: Path
}

/** An entry of a shared pool against the first resource that gives it, and the strategy. */
export function checkPools({ resources, strategy }: Topology, { resource, index, path }: Entry): Finding[] {
  const expose = resources[resource]?.expose ?? []
  const own = expose[index]
  if (own?.pool === undefined) return []
  const { pool } = own
  const [first = resource] = Object.keys(resources).filter((name) => portsOf(resources[name]?.expose, pool).length > 0)
  const others = portsOf(resources[first]?.expose, pool)
  const mine = portsOf(expose, pool)
  const isFirst = mine[0] === own
  const missing = others.filter(({ as }) => !mine.some((each) => each.as === as))
  const same = others.find(({ as }) => as === own.as)
  const beside = `of ${first} in pool ${pool}`
  return [
    ...(POOLED.includes(strategy.approach)
      ? []
      : [
          problem(
            [...path, 'pool'],
            `pool ${pool} with strategy ${strategy.approach}`,
            `a pool with strategy ${POOLED.join(' or ')}, or no pool`,
          ),
        ]),
    ...(same === undefined
      ? [problem([...path, 'as'], `port ${own.as}`, `the public port ${list(others)} ${beside}`)]
      : first === resource
        ? []
        : KEYS.filter((key) => JSON.stringify(own[key]) !== JSON.stringify(same[key])).map((key) =>
            problem([...path, key], words(own[key]), `${words(same[key])}, the ${key} ${beside}`),
          )),
    // A port that is wrong says so itself.
    ...(isFirst && missing.length > 0 && mine.every((each) => others.some(({ as }) => as === each.as))
      ? [
          problem(
            [...path, 'pool'],
            `pool ${pool} without port ${list(missing)}`,
            `the public ports ${list(others)} ${beside}`,
          ),
        ]
      : []),
  ]
}

/** Strategies that change the instances of a pool one after another, or all. */
export const POOLED: readonly string[] = ['rolling', 'recreate']

/** What all that share a port have in common. */
const KEYS = ['protocol', 'host', 'certificate', 'sticky'] as const

const portsOf = (expose: readonly Expose[] = [], name: string): Expose[] => expose.filter(({ pool }) => pool === name)

const list = (entries: readonly Expose[]): string => [...new Set(entries.map(({ as }) => as))].join(', ')

function words(value: Expose[(typeof KEYS)[number]]): string {
  if (value === null) return 'none'
  return typeof value === 'object' ? `${value.cert} with ${value.key}` : String(value)
}
