import { beforeEach, describe, expect, test, vi } from 'vitest'
import { exportedTopology } from '../../../src/contracts/exported-topology.js'
import * as naming from '../../../src/naming/instance-names.js'
import { parseTopologies, parseTopology } from '../../../src/topology/parse.js'

/* A small file can ask for millions of instances: what is refused is counted and never written out. */

vi.mock('../../../src/naming/instance-names.js', async (load) => {
  const real = await load<typeof naming>()
  return { ...real, instanceName: vi.fn(real.instanceName) }
})

const declaration = (resources: number, replicas: number, name = 'shop') => ({
  name,
  hosts: { here: { address: 'localhost', platform: 'debian' } },
  resources: Object.fromEntries(
    Array.from({ length: resources }, (_, index) => [
      `r${index}`,
      { type: 'container', on: 'here', image: 'a/b', replicas },
    ]),
  ),
})
const made = (): number => vi.mocked(naming.instanceName).mock.calls.length
const messages = (result: { ok: true } | { ok: false; problems: { path: string; message: string }[] }): string[] =>
  result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`)

beforeEach(() => void vi.mocked(naming.instanceName).mockClear())

describe('more instances than a topology may have', () => {
  test('200 resources of 10,000 replicas cost a name each, and not eight million', () => {
    expect(messages(parseTopology(declaration(200, 10_000)))).toEqual([
      'resources: found 2000000 instances, allowed 20000 at most, all replicas together',
    ])
    expect(made()).toBeLessThanOrEqual(200)
  })

  test('many topologies of a file are counted together', () => {
    const many = Array.from({ length: 20 }, (_, index) => declaration(1, 10_000, `t${index}`))
    expect(messages(parseTopologies(many))).toEqual([
      expect.stringContaining('found 200000 instances, allowed 20000 at most') as string,
    ])
    // Each of them alone is within bounds, and looked at.
    expect(made()).toBeLessThan(20 * 4 * 10_000 + 100)
  })

  test('a state that somebody made may not have them either', () => {
    const small = parseTopology(declaration(200, 1))
    if (!small.ok) throw new Error('expected a topology')
    const { resources } = small.topology
    const large = Object.fromEntries(
      Object.entries(resources).map(([key, each]) => [key, { ...each, replicas: 10_000 }]),
    )
    expect(exportedTopology.safeParse(small.topology).success).toBe(true)
    expect(exportedTopology.safeParse({ ...small.topology, resources: large }).success).toBe(false)
  })

  test('as many as may be are looked at', () => {
    expect(messages(parseTopology(declaration(2, 10_000)))).toEqual([])
    expect(made()).toBeGreaterThan(20_000)
  })
})
