import { MockActivityEnvironment } from '@temporalio/testing'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { replicationActivities } from '../../../activities/replicate.js'
import { Emulator } from '../../../src/emulator/emulator.js'
import type { ReplicaRestore, ReplicationRound } from '../../../src/contracts/index.js'
import { createExecutors } from '../../../src/hosts/executors.js'
import type { Revision } from '../../../src/plan/model.js'
import { topologyOf } from '../../support/rig.js'

/* Rounds of copies, on emulated hosts. */

const revision = (db: object = {}): Revision => ({
  number: 1,
  digest: 'x',
  topology: topologyOf({
    name: 'shop',
    hosts: Object.fromEntries(['a', 'b', 'c'].map((host) => [host, { address: 'localhost', platform: 'emulated' }])),
    resources: {
      db: { image: 'cul8er/tiny', on: 'a', stateful: true, replicate: { to: 'b', every: '10s', keep: 1 }, ...db },
    },
  }),
  artifacts: {},
  sealed: {},
  createdAt: new Date(0).toISOString(),
})

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

const make = async (host: string, labels: Record<string, string> = {}): Promise<void> => {
  const all = { topology: 'shop', resource: 'db', role: 'live', stateful: 'true', operation: '1', ...labels }
  const config = Object.entries(all).map(([key, value]) => `--config=user.cul8er.${key}=${value}`)
  const { exitCode, stderr } = await emulator.execute(host, ['launch', 'cul8er/tiny', 'shop-db', ...config])
  expect([exitCode, stderr]).toEqual([0, ''])
}

const round = async (
  dirty: string[] = [],
  of = revision(),
  restores: ReplicaRestore[] = [],
): Promise<ReplicationRound> => {
  const executorFor: ActivityDeps['executorFor'] = (...host) => executors.executorFor(...host)
  const deps = { executorFor, log: { warn: () => undefined } } as unknown as ActivityDeps
  const { replicate } = replicationActivities(deps)
  const input = { topology: 'shop', revision: of, dirty, known: {}, restores }
  return new MockActivityEnvironment().run<[typeof input], ReplicationRound, typeof replicate>(replicate, input)
}
const at = (host: string) => emulator.state()[host]?.instances['default/shop-db']
const label = (host: string, key: string): string | undefined => at(host)?.config[`user.cul8er.${key}`]

describe('a round of copies', () => {
  it('waits with what an operation left half changed, and does not look again at once', async () => {
    await make('a')
    await round()
    const copied = label('b', 'replica.at')
    expect(copied).toBeDefined()
    await emulator.execute('b', ['config', 'set', 'shop-db', `user.cul8er.replica.at=${new Date(0).toISOString()}`])
    const began = Date.now()
    const { nextAt } = await round(['a/shop-db'])
    expect(label('b', 'replica.at')).toBe(new Date(0).toISOString())
    expect(Date.parse(nextAt) - began).toBeGreaterThanOrEqual(10_000)
  })

  it('puts an original aside once a copy has its place', async () => {
    await make('a')
    await make('b', { restored: new Date(0).toISOString(), operation: '2' })
    await round([], revision(), [{ host: 'b', operation: 2 }])
    expect([at('a')?.status, label('a', 'role')]).toEqual(['Stopped', 'old'])
    expect(at('b')?.status).toBe('Running')
  })

  it('but not for one whose restore was taken back, while its host gave no answer', async () => {
    await make('a')
    await make('b', { restored: new Date(0).toISOString(), operation: '2' })
    await round(['b/shop-db'], revision(), [{ host: 'b', operation: 2 }])
    expect([at('a')?.status, label('a', 'role')]).toEqual(['Running', 'live'])
  })

  it('keeps on the original what a copy that cannot be brought up to date needs to be whole', async () => {
    // Snapshots are told apart by the second.
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    await make('a')
    const both = revision({ replicate: { to: ['b', 'c'], every: '10s', keep: 1 } })
    const onOriginal = (): string[] => at('a')?.snapshots.map(({ name }) => name) ?? []
    await round([], both)
    const whole = label('c', 'replica.snapshot')
    emulator.fault({ match: { host: 'c', verb: 'copy' }, fault: { error: 'no space left on device' }, times: 2 })
    for (const _ of [1, 2]) {
      vi.setSystemTime(Date.now() + 10_000)
      await round([], both)
      expect(label('c', 'replica.snapshot')).toBe(whole)
      expect(onOriginal()).toEqual([whole, label('b', 'replica.snapshot')])
    }
    vi.setSystemTime(Date.now() + 10_000)
    await round([], both)
    expect(label('c', 'replica.snapshot')).not.toBe(whole)
    expect(onOriginal()).toEqual([label('c', 'replica.snapshot')])
  })
})
