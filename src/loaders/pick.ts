import { Cul8erError } from '../errors.js'
import type { Topology } from '../topology/model.js'
import { isFile } from './find.js'
import { nearest } from '../topology/nearest.js'

/**
 * The topology that a command means: the named one, or the only one.
 * @throws Cul8erError UNKNOWN_TOPOLOGY for a name that the file has not, USAGE when several could be meant
 */
export function pickTopology(topologies: readonly Topology[], name?: string): Topology {
  const names = topologies.map((topology) => topology.name)
  const list = names.join(', ')
  if (name === undefined) {
    const [only, ...others] = topologies
    if (only !== undefined && others.length === 0) return only
    throw new Cul8erError('USAGE', `the file has ${names.length} topologies: ${list}`, {
      hint: `name one of them after the command, such as cul8er plan ${names[0]}`,
      details: { topologies: names },
    })
  }
  const picked = topologies.find((topology) => topology.name === name)
  if (picked !== undefined) return picked
  const near = nearest(name, names)
  throw new Cul8erError(
    'UNKNOWN_TOPOLOGY',
    `no topology ${JSON.stringify(name)} in the file, which has ${list}${near === undefined ? '' : ` (did you mean ${near}?)`}`,
    { ...(isFile(name) ? { hint: `to name a file, use -f ${name}` } : {}), details: { topologies: names } },
  )
}
