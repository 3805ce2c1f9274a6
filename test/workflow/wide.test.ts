import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporal } from '@temporalio/proto'
import { Rig, topologyOf } from '../support/rig.js'
import { shop } from '../support/shop.js'

/* Many instances: every history stays far below Temporal's limits, on the way forward and on the way back. */

/** All in all; `npm run campaign` takes 1,000. */
const INSTANCES = Number(process.env.CUL8ER_WIDE ?? 250)
/** Behind the edge of one host: each of them is told to it. */
const EXPOSED = 125
const HOSTS = 20

const host = (name: string): unknown => [name, { address: 'localhost', platform: 'emulated' }]

function wide(version: string): unknown {
  const plain = Array.from({ length: HOSTS }, (_, i) => `h${i}`)
  const base = shop(version, {
    name: 'wide',
    host: 'front',
    web: { replicas: EXPOSED },
    strategy: {
      approach: 'rolling',
      maxParallel: 50,
      healthcheck: {
        endpoint: 'http://localhost:4000/health',
        interval: '50ms',
        timeout: '5s',
        minHealthyTime: '50ms',
        deadline: '60s',
      },
    },
  }) as { resources: { web: Record<string, unknown> } & Record<string, unknown> }
  const { network: _network, ...web } = base.resources.web
  return {
    ...base,
    hosts: Object.fromEntries([host('front'), ...plain.map(host)] as [string, unknown][]),
    resources: { plain: { ...web, on: plain, replicas: INSTANCES - EXPOSED }, web: base.resources.web },
  }
}

interface Figures {
  id: string
  events: number
  /** Bytes of the largest event, and of all. */
  largest: number
  total: number
}

/** Of every history under a topology's operations. */
async function histories(rig: Rig, prefix: string): Promise<Figures[]> {
  const found: Figures[] = []
  for await (const { workflowId, runId } of rig.env.client.workflow.list({
    query: `WorkflowId STARTS_WITH "${prefix}"`,
  })) {
    const events = await historyOf(rig, { workflowId, runId })
    const sizes = events.map((e) => temporal.api.history.v1.HistoryEvent.encode(e).finish().length)
    const total = sizes.reduce((a, b) => a + b, 0)
    found.push({ id: workflowId, events: sizes.length, largest: Math.max(...sizes), total })
  }
  return found
}

/** In pages of their own: a whole one of the client's may be larger than it takes. */
async function historyOf(rig: Rig, execution: { workflowId: string; runId: string }) {
  const events: temporal.api.history.v1.IHistoryEvent[] = []
  let nextPageToken: Uint8Array | undefined
  do {
    const page = await rig.env.client.workflowService.getWorkflowExecutionHistory({
      namespace: 'default',
      execution,
      maximumPageSize: 10,
      ...(nextPageToken === undefined ? {} : { nextPageToken }),
    })
    events.push(...(page.history?.events ?? []))
    nextPageToken = page.nextPageToken
  } while (nextPageToken.length > 0)
  return events
}

describe(`a topology of ${INSTANCES} instances`, () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await Rig.start()
  })
  afterAll(() => rig.stop())

  const releases = (): (string | undefined)[] => Object.values(rig.instances()).map(({ release }) => release)
  const serving = (): number[] => Object.values(rig.edges.get('front')?.serving('wide') ?? {})

  it(
    'deploys, updates, is undone at the very end and goes, within the limits',
    { timeout: INSTANCES * 4_000 },
    async () => {
      const versions = ['1.0.0', '1.1.0', '1.2.0']
      const artifacts = Object.fromEntries(
        await Promise.all(versions.map(async (v) => [`shop@${v}`, await rig.release('shop', v)] as const)),
      )
      const deploy = (version: string) =>
        rig.run('wide', { kind: 'deploy', revision: rig.revision(topologyOf(wide(version)), artifacts) })
      for (const version of ['1.0.0', '1.1.0']) {
        const { outcome, error } = await deploy(version)
        expect({ outcome, error }).toEqual({ outcome: 'succeeded' })
        expect(releases()).toEqual(Array(INSTANCES).fill(`shop@${version}`))
        expect(serving()).toEqual(Array(EXPOSED).fill(100))
      }
      // The last of all cannot be updated.
      const last = { host: 'front', instance: `wide-web-${EXPOSED}`, verb: 'cul8er-install' }
      rig.emulator.fault({ match: last, fault: { error: 'not authorized' } })
      const { outcome, error } = await deploy('1.2.0')
      expect({ outcome, error }).toMatchObject({ outcome: 'rolledBack', error: { code: 'PERMISSION' } })
      expect(releases()).toEqual(Array(INSTANCES).fill('shop@1.1.0'))
      expect(serving()).toEqual(Array(EXPOSED).fill(100))
      expect(await rig.ledger('wide')).toMatchObject({ stable: 2, dirty: [] })
      expect(await rig.run('wide', { kind: 'destroy' })).toMatchObject({ outcome: 'succeeded' })
      expect(rig.instances()).toEqual({})

      const all = await histories(rig, 'topology/wide')
      console.log(
        [
          'events, largest event, all bytes:',
          ...all
            .toSorted((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
            .map(({ id, events, largest, total }) => `${id}: ${events}, ${kib(largest)}, ${kib(total)}`),
        ].join('\n'),
      )
      expect(all.length).toBeGreaterThan(10)
      const most = (key: 'events' | 'largest' | 'total'): number => Math.max(...all.map((figures) => figures[key]))
      expect(most('events')).toBeLessThan(20_000)
      expect(most('largest')).toBeLessThan(512 * 1024)
      expect(most('total')).toBeLessThan(20_000_000)
    },
  )
})

const kib = (bytes: number): string => `${Math.ceil(bytes / 1024)} KiB`
