import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { inspectStatus } from '../../../activities/inspect/status.js'
import { Emulator } from '../../../src/emulator/emulator.js'
import { createExecutors } from '../../../src/hosts/executors.js'
import type { Revision } from '../../../src/plan/model.js'
import { topologyOf } from '../../support/rig.js'

/* A host that was left out may have an instance of the same name as one that was made elsewhere in its place. */

const revision: Revision = {
  number: 1,
  digest: 'x',
  topology: topologyOf({
    name: 'shop',
    hosts: Object.fromEntries(['a', 'b'].map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    resources: {
      web: { image: 'cul8er/tiny', on: ['a', 'b'], network: { expose: [{ port: 4000, as: 8080 }] } },
    },
  }),
  artifacts: {},
  sealed: {},
  createdAt: new Date(0).toISOString(),
}

let emulator: Emulator
let executors: ReturnType<typeof createExecutors>
beforeEach(async () => {
  emulator = await Emulator.open()
  executors = createExecutors({ emulation: emulator })
})
afterEach(async () => {
  await executors.close()
  await emulator.close()
})

const make = async (host: string, operation: string): Promise<void> => {
  const labels = { topology: 'shop', resource: 'web', role: 'live', operation, revision: '1', digest: 'x' }
  const config = Object.entries(labels).map(([key, value]) => `--config=user.cul8er.${key}=${value}`)
  expect(await emulator.execute(host, ['launch', 'cul8er/tiny', 'shop-web', ...config])).toMatchObject({ exitCode: 0 })
}

const servers = { a: 100, b: 0 }

it('tells instances of one name on two hosts apart, in drift and in traffic', async () => {
  await make('a', '1')
  await make('b', '2')
  const current = (host: 'a' | 'b') =>
    Promise.resolve({
      routes: [{ pool: 'web' }],
      pools: [{ name: 'web', servers: [{ name: 'shop-web', state: 'ready', weight: servers[host] }] }],
    })
  const deps = {
    executorFor: ((...host) => executors.executorFor(...host)) satisfies ActivityDeps['executorFor'],
    edgeFor: (host: 'a' | 'b') => ({ current: () => current(host) }),
  } as unknown as ActivityDeps
  const asked = { kind: 'status', topology: 'shop', revision, operation: null } as never
  const { instances } = await inspectStatus(deps, asked, new AbortController().signal)
  const rows = instances.map(({ name, host, weight, drift }) => ({
    ...{ at: `${name} on ${host}`, weight },
    isLeftOver: drift.includes('another instance has taken its place'),
  }))
  expect(rows.map(({ at, weight }) => [at, weight])).toEqual([
    ['shop-web on a', 100],
    ['shop-web on b', 0],
  ])
  expect(rows.filter(({ isLeftOver }) => isLeftOver)).toHaveLength(1)
})
