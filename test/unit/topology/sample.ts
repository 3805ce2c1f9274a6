import type { Topology } from '../../../src/topology/model.js'
import { parseTopology } from '../../../src/topology/parse.js'
import type { Problem } from '../../../src/topology/problem.js'

type Part = Record<string, unknown>

/** The least that is a topology, with parts of a test's own laid over it. */
export const declaration = (over: Part = {}): Part => ({
  name: 'shop',
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: { app: { image: 'images:debian/12' } },
  ...over,
})

/** The least topology with one resource of the test's making. */
export const withApp = (app: Part, over: Part = {}): Part =>
  declaration({ resources: { app: { image: 'images:debian/12', ...app } }, ...over })

export function parsed(written: unknown): Topology {
  const result = parseTopology(written)
  if (!result.ok) throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return result.topology
}

export function problemsOf(written: unknown): Problem[] {
  const result = parseTopology(written)
  return result.ok ? [] : result.problems
}

/** `path: message`, as people read it. */
export const said = (written: unknown): string[] =>
  problemsOf(written).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
