import { Cul8erError } from '../errors.js'
import type { Topology } from '../topology/model.js'
import { parseTopology } from '../topology/parse.js'
import type { TopologyDeclaration } from '../topology/schema/topology.js'

/** What a program may hand over: what `defineTopology` gives, or a normalised topology. */
export type DeclaredTopology = TopologyDeclaration | Topology

/**
 * The normalised form.
 * @throws Cul8erError INVALID_TOPOLOGY with all problems
 */
export function normalised(declared: DeclaredTopology): Topology {
  if ('ttlMs' in declared) return declared
  const result = parseTopology(declared)
  if (result.ok) return result.topology
  const lines = result.problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  throw new Cul8erError('INVALID_TOPOLOGY', `the topology is not valid\n${lines.join('\n')}`, {
    details: { problems: result.problems },
  })
}
