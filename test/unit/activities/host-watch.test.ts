import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import { hostWatchActivities } from '../../../activities/host-watch.js'
import type { ActivityDeps } from '../../../activities/deps.js'
import type { HostsSeen } from '../../../src/contracts/index.js'
import { Cul8erError } from '../../../src/errors.js'
import { incusError } from '../../../src/incus/errors.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import type { Host } from '../../../src/topology/model.js'

/** `slow` never answers and is never refused; `gone` is refused at once; at `bare` no Incus runs; others answer. */
const run = (name: string, signal?: AbortSignal): Promise<unknown> => {
  if (name === 'gone') return Promise.reject(new Cul8erError('UNREACHABLE', 'no route to host'))
  if (name === 'bare') return Promise.reject(incusError(NOT_STARTED, 1, ['query', '/1.0']))
  if (name !== 'slow') return Promise.resolve({ stdout: '{}' })
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
}
const NOT_STARTED = "Error: The incus daemon doesn't appear to be started (socket path: /var/lib/incus/unix.socket)"
const deps = {
  executorFor: (name: string) =>
    ({ run: (_: unknown, { signal }: { signal?: AbortSignal }) => run(name, signal) }) as unknown as HostExecutor,
} as unknown as ActivityDeps

const watch = (names: string[], forMs: number, known: HostsSeen['hosts'] = {}): Promise<HostsSeen | null> =>
  new MockActivityEnvironment().run(hostWatchActivities(deps).watchHosts, {
    ...{ topology: 'shop', known, deadAfterMs: 2_000, forMs },
    hosts: Object.fromEntries(names.map((name) => [name, { address: name } as Host])),
  })

it('a host that takes long to be silent does not keep another from being suspected', { timeout: 20_000 }, async () => {
  const seen = await watch(['slow', 'gone', 'well'], 15_000)
  expect(seen?.changes).toMatchObject([{ host: 'gone', from: 'alive', to: 'suspected', cause: 'no route to host' }])
  expect(seen?.hosts).toMatchObject({ gone: { state: 'suspected' }, well: { state: 'alive' } })
})

it('one bound holds for a look, whatever it waits for', { timeout: 20_000 }, async () => {
  const seen = await watch(['slow'], 15_000)
  expect(seen?.changes).toMatchObject([{ host: 'slow', to: 'dead', cause: 'no answer within 3 s' }])
})

it('a host whose Incus does not run is suspected, and never dead', { timeout: 20_000 }, async () => {
  const first = await watch(['bare'], 10_000)
  expect(first?.changes).toMatchObject([
    { host: 'bare', to: 'suspected', cause: expect.stringContaining('incus daemon') as string },
  ])
  const known = first?.hosts ?? {}
  expect(await watch(['bare'], 4_000, known)).toBeNull()
})

it('tells nothing while all answer', async () => {
  expect(await watch(['well', 'fine'], 10)).toBeNull()
})
