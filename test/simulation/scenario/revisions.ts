import { digestOf } from '../../../src/plan/digest.js'
import type { Revision } from '../../../src/plan/model.js'
import { parseTopology } from '../../../src/topology/parse.js'
import type { Declaration } from './model.js'

/** A declaration as a command sends it; a wrong one is a bug of the generator. */
export function revisionOf(declared: Declaration): Omit<Revision, 'number'> {
  const parsed = parseTopology(declared)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  const { topology } = parsed
  const artifacts = Object.fromEntries(
    Object.values(topology.resources).flatMap(({ deploy }) => {
      const key = `${deploy?.release}@${deploy?.version}`
      return deploy === null ? [] : [[key, { sha256: digestOf(key), size: 1 }]]
    }),
  )
  return {
    digest: digestOf({ topology, artifacts }),
    topology,
    artifacts,
    sealed: {},
    createdAt: '2026-01-01T00:00:00Z',
  }
}
