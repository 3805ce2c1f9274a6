import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { moveActivities } from '../../../activities/moves.js'

/** What a host may show of an instance that is to leave it: labels and devices are its word. */
const shown = (labels: Record<string, string>) => ({
  ...{ name: 'shop-db', type: 'container', status: 'Stopped', project: 'default', profiles: ['default'] },
  ...{ created_at: '', snapshots: [], state: null },
  config: Object.fromEntries(
    Object.entries({ topology: 'shop', role: 'live', stateful: 'true', ...labels }).map(([key, value]) => [
      `user.cul8er.${key}`,
      value,
    ]),
  ),
  devices: {
    root: { type: 'disk', path: '/', pool: 'default' },
    vault: { type: 'disk', path: '/vault', pool: 'default', source: 'shop-vault.data' },
  },
})

it.each([
  ['the labels of another resource', { resource: 'vault' }],
  ['the number of another replica', { resource: 'db', index: '2' }],
])('what has %s is not copied: its volumes would go over those of that one', async (_what, labels) => {
  const ran: string[] = []
  const run = async ({ args }: { args: readonly string[] }) => {
    ran.push(args.join(' '))
    return Promise.resolve({ stdout: JSON.stringify(shown(labels)), stderr: '', durationMs: 0 })
  }
  const { copyToHost } = moveActivities({ executorFor: () => ({ host: 'a', run }) } as unknown as ActivityDeps)
  const via = { address: 'a', kind: 'ssh', platform: 'debian', credentials: null } as const
  const to = { host: 'b', via: { ...via, address: 'b' } }
  const input = { host: 'a', via, name: 'shop-db', project: null, topology: 'shop', to, twice: false }
  await expect(new MockActivityEnvironment().run(copyToHost, input)).rejects.toMatchObject({
    type: 'NAME_CLASH',
    message: 'shop-db on a has the labels of another instance',
  })
  expect(ran.filter((line) => !line.startsWith('query'))).toEqual([])
})
