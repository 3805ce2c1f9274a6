import { describe, expect, it } from 'vitest'
import { open } from '../../../src/secrets/seal.js'
import { instanceSecrets, sealSystemSecrets } from '../../../src/secrets/topology-secrets.js'
import type { EnvironmentValue, Topology } from '../../../src/topology/model.js'

const key = new Uint8Array(32).fill(1)
const resource = (environment: Record<string, EnvironmentValue>) => ({ environment })
const topology = {
  name: 'shop',
  resources: {
    web: resource({ MODE: { value: 'prod' }, TOKEN: { secret: { from: 'system', key: null } } }),
    api: resource({
      KEY: { secret: { from: 'system', key: 'API_KEY' } },
      GONE: { secret: { from: 'system', key: null } },
      FILE: { secret: { from: 'file', key: '/absent' } },
    }),
  },
} as unknown as Topology

describe('secrets of a topology', () => {
  const { sealed, missing } = sealSystemSecrets(topology, { TOKEN: 't', API_KEY: 'k' }, key)

  it('seals what the environment has, and names what it has not', () => {
    expect(Object.keys(sealed)).toEqual(['web/TOKEN', 'api/KEY'])
    expect(open(sealed['api/KEY']!, key, 'shop/api/KEY')).toBe('k')
    expect(missing).toEqual([{ resource: 'api', name: 'GONE', variable: 'GONE' }])
  })

  it('never takes the variable of a worker for one that was not sealed', async () => {
    const secrets = [{ name: 'GONE', ref: { from: 'system' as const, key: null }, sealed: null }]
    await expect(
      instanceSecrets({ topology: 'shop', resource: 'api', secrets }, key, { env: { GONE: 'of another topology' } }),
    ).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' })
  })

  it('opens what is sealed and resolves the rest for an instance', async () => {
    const box = { name: 'KEY', ref: { from: 'system' as const, key: 'API_KEY' }, sealed: sealed['api/KEY']! }
    const late = { name: 'LATE', ref: { from: 'command' as const, key: 'echo late' }, sealed: null }
    const spec = { topology: 'shop', resource: 'api', secrets: [box, late] }
    expect(await instanceSecrets(spec, key, { env: process.env })).toEqual(
      new Map([
        ['KEY', 'k'],
        ['LATE', 'late'],
      ]),
    )
    await expect(instanceSecrets({ ...spec, resource: 'web' }, key, { env: {} })).rejects.toMatchObject({
      code: 'SECRET_UNRESOLVED',
    })
  })

  it('opens what a key from before sealed', async () => {
    const secrets = [{ name: 'KEY', ref: { from: 'system' as const, key: 'API_KEY' }, sealed: sealed['api/KEY']! }]
    const spec = { topology: 'shop', resource: 'api', secrets }
    const [next, other] = [Buffer.alloc(32, 'n'), Buffer.alloc(32, 'o')]
    const opened = await instanceSecrets(spec, next, { env: {}, formerKeys: [other, key] })
    expect(opened.get('KEY')).toBe('k')
    await expect(instanceSecrets(spec, next, { env: {}, formerKeys: [other] })).rejects.toMatchObject({
      code: 'SECRET_UNRESOLVED',
    })
  })
})
