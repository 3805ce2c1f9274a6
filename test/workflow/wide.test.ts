import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporal } from '@temporalio/proto'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

const HOSTS = 20
const wide = (version: string): unknown => {
  const base = shop(version, {
    web: { on: Array.from({ length: HOSTS }, (_, i) => `h${i}`), replicas: 1000, network: undefined },
    strategy: { approach: 'rolling', maxParallel: 100 },
  }) as Record<string, unknown>
  return {
    ...base,
    hosts: Object.fromEntries(
      Array.from({ length: HOSTS }, (_, i) => [`h${i}`, { address: 'localhost', platform: 'emulated' }]),
    ),
  }
}

/** Largest payload in bytes, and events, of every history under a topology's operations. */
async function histories(rig: Rig, prefix: string): Promise<{ id: string; events: number; largest: number }[]> {
  const found: { id: string; events: number; largest: number }[] = []
  for await (const { workflowId, runId } of rig.env.client.workflow.list({
    query: `WorkflowId STARTS_WITH "${prefix}"`,
  })) {
    const history = await rig.env.client.workflow.getHandle(workflowId, runId).fetchHistory()
    const events = history.events ?? []
    const largest = Math.max(
      ...events.map((event) => temporal.api.history.v1.HistoryEvent.encode(event).finish().length),
    )
    found.push({ id: workflowId, events: events.length, largest })
  }
  return found
}

describe('a topology of 1,000 instances', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  it('deploys, updates and goes within the limits of payloads and histories', { timeout: 400_000 }, async () => {
    const artifacts = {
      'shop@1.0.0': await rig.release('shop', '1.0.0'),
      'shop@1.1.0': await rig.release('shop', '1.1.0'),
    }
    for (const version of ['1.0.0', '1.1.0']) {
      const revision = rig.revision(topologyOf(wide(version)), artifacts)
      expect(await rig.run('shop', { kind: 'deploy', revision })).toMatchObject({ outcome: 'succeeded' })
      const releases = Object.values(rig.instances()).map(({ release }) => release)
      expect(releases).toEqual(Array(1000).fill(`shop@${version}`))
      expect(await rig.plan(revision)).toMatchObject({ empty: true })
    }
    expect(await rig.run('shop', { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
    const all = await histories(rig, 'topology/shop')
    expect(all.length).toBeGreaterThan(20)
    const widest = all.reduce((a, b) => ({
      id: '',
      events: Math.max(a.events, b.events),
      largest: Math.max(a.largest, b.largest),
    }))
    expect(widest.events).toBeLessThan(20_000)
    expect(widest.largest).toBeLessThan(512 * 1024)
  })
})
