import { MockActivityEnvironment } from '@temporalio/testing'
import pino from 'pino'
import { describe, expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { driftActivities } from '../../../activities/drift.js'
import type { DriftSeen, DriftWatchInput } from '../../../src/contracts/index.js'
import { Cul8erError } from '../../../src/errors.js'
import { noWorker } from '../../../src/sites/no-worker.js'
import { topologyOf } from '../../support/rig.js'
import { shop } from '../../support/shop.js'

const topology = topologyOf(shop('', { web: { deploy: undefined } }))
const input = {
  ...{ topology: 'shop', standby: [], without: [], known: { changes: [] } },
  revision: { number: 1, digest: 'x', topology, artifacts: {}, sealed: {}, createdAt: '2026-01-01T00:00:00Z' },
} as unknown as DriftWatchInput

const look = (answer: Error): Promise<DriftSeen | null> => {
  const deps = {
    executorFor: () => ({ host: 'one', run: () => Promise.reject(answer), tryRun: () => Promise.reject(answer) }),
    log: pino({ level: 'silent' }),
  } as unknown as ActivityDeps
  return new MockActivityEnvironment({ attempt: 1 }).run(driftActivities(deps).lookForDrift, input)
}

describe('a look for drift', () => {
  it.each([
    ['a host that gives no answer', new Cul8erError('UNREACHABLE', 'no answer'), 'UNREACHABLE'],
    ['a site without a worker', noWorker('home'), 'NO_WORKER'],
  ])('fails at %s: nobody saw a difference', async (_, error, type) => {
    await expect(look(error)).rejects.toMatchObject({ type })
  })

  it('finds one in what cannot be planned any more', async () => {
    const refused = new Cul8erError('PERMISSION', 'the project is gone')
    expect(await look(refused)).toMatchObject({ changes: [], refused: 'the project is gone' })
  })
})
