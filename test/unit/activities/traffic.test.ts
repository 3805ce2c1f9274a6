import { MockActivityEnvironment } from '@temporalio/testing'
import { describe, expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { trafficActivities } from '../../../activities/traffic.js'
import type { Edge } from '../../../src/traffic/model.js'

const at = { host: 'one', via: {} as never, hostTimeoutMs: 30_000 }
const routes = {
  topology: 'shop',
  routes: [{ as: 80, protocol: 'http' as const, host: null, certificate: null, pool: 'shop-web-4000' }],
  pools: [],
}

/** An edge whose changes end when nobody waits for them any more. */
async function endless(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted()
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
}

describe('a change of an edge', () => {
  const edge: Partial<Edge> = {
    apply: (_routes, options) => endless(options?.signal),
    remove: (_topology, options) => endless(options?.signal),
  }
  const { applyRoutes, removeRoutes } = trafficActivities({ edgeFor: () => edge } as unknown as ActivityDeps)

  it.each([
    ['told', () => applyRoutes({ ...at, routes, certificates: [] })],
    ['told that nothing is left', () => applyRoutes({ ...at, routes: { ...routes, routes: [] }, certificates: [] })],
    ['removed', () => removeRoutes({ ...at, topology: 'shop' })],
  ])('ends when its operation is gone: %s', async (_what, change) => {
    const environment = new MockActivityEnvironment()
    const changed = environment.run(change)
    environment.cancel()
    await expect(changed).rejects.toMatchObject({ name: 'CancelledFailure' })
  })
})
