import { expect, it } from 'vitest'
import { annotatedJsonSchema, topologyJsonSchema } from '../../../src/topology/json-schema.js'

type Schema = Record<string, unknown>

/** Every key that the schema knows, with its own schema. */
function keys(schema: unknown, path: string): [string, Schema][] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties, items, additionalProperties, anyOf } = schema as Record<string, unknown>
  return [
    ...Object.entries((properties ?? {}) as Record<string, Schema>).flatMap(([key, inner]): [string, Schema][] => [
      [`${path}.${key}`, inner],
      ...keys(inner, `${path}.${key}`),
    ]),
    ...keys(items, `${path}[]`),
    ...keys(additionalProperties, `${path}.*`),
    ...(Array.isArray(anyOf) ? anyOf.flatMap((each) => keys(each, path)) : []),
  ]
}

const topology = () => (topologyJsonSchema().definitions as { topology: Schema }).topology
const known = () => new Map(keys(topology(), ''))

it('describes every key', () => {
  const bare = [...known()].filter(([, { description }]) => typeof description !== 'string')
  expect(bare.map(([path]) => path)).toEqual([])
})

it('knows all four layers, observability and ttl', () => {
  const paths = new Set([...known().keys()])
  for (const path of [
    '.hosts.*.credentials.ssh.key',
    '.resources.*.network.expose[].certificate.cert',
    '.resources.*.environment.*.secret.from',
    '.resources.*.healthcheck.minHealthyTime',
    '.strategy.steps[].analysis.metric.path',
    '.strategy.batchSize',
    '.strategy.rollback.keepSnapshots',
    '.cluster.cookie.secret.key',
    '.observability.events',
    '.ttl',
  ]) {
    expect(paths).toContain(path)
  }
})

it('takes one topology or a list, and refuses unknown keys', () => {
  const schema = topologyJsonSchema()
  expect(schema.$schema).toBe('http://json-schema.org/draft-07/schema#')
  expect(schema.anyOf).toHaveLength(2)
  expect(topology().required).toEqual(['name', 'hosts', 'resources'])
  expect(topology().additionalProperties).toBe(false)
})

it('has only standard keywords, and says defaults that depend on others in words', () => {
  expect(JSON.stringify(topologyJsonSchema())).not.toContain('defaultText')
  expect(JSON.stringify(annotatedJsonSchema())).toContain('defaultText')
  expect(known().get('.resources.*.network.expose[].as')?.description).toMatch(/Default: the same as `port`$/)
})

it('knows the other spellings of keys, with all that they may hold', () => {
  const paths = known()
  for (const [key, spelling] of [
    ['.strategy.maxParallel', '.strategy.max_parallel'],
    ['.resources.*.dependsOn', '.resources.*.depends_on'],
    ['.strategy.healthcheck.expectedStatus', '.strategy.health_check.expected_status'],
    ['.strategy.rollback.onFailure', '.strategy.rollback.on_failure'],
  ] as const) {
    const { description, ...other } = paths.get(spelling) ?? {}
    expect(description, spelling).toBe(`Another spelling of \`${key.split('.').at(-1)}\``)
    expect(paths.get(key)).toMatchObject(other)
  }
  expect(paths.get('.strategy.approach')?.enum).toContain('blue_green')
})
