import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import { copyActivities } from '../../../activities/copies.js'
import type { ActivityDeps } from '../../../activities/deps.js'
import type { Revision } from '../../../src/plan/model.js'
import { topologyOf } from '../../support/rig.js'

/** A copy whose configuration came from the host of its original. */
const copy = {
  ...{ name: 'shop-db', type: 'container', status: 'Stopped', project: 'default', profiles: ['default', 'root'] },
  ...{ created_at: '', snapshots: [{ name: 'replica-1', created_at: '' }], state: null },
  config: {
    'user.cul8er.topology': 'shop',
    'user.cul8er.resource': 'db',
    'user.cul8er.role': 'replica',
    'raw.lxc': 'lxc.hook.pre-start=/bin/x',
    'limits.cpu': '2',
  },
  devices: {
    root: { type: 'disk', path: '/', pool: 'default' },
    host: { type: 'disk', source: '/', path: '/host' },
  },
}

it('a copy becomes live without what its original had beyond the topology', async () => {
  const ran: string[] = []
  const run = async ({ args }: { args: readonly string[] }) => {
    ran.push(args.join(' '))
    return Promise.resolve({ stdout: JSON.stringify(copy), stderr: '', durationMs: 0 })
  }
  const { promoteCopy } = copyActivities({ executorFor: () => ({ host: 'b', run }) } as unknown as ActivityDeps)
  const via = { address: 'b', kind: 'ssh', platform: 'debian', credentials: null } as const
  const place = { host: 'b', via, name: 'shop-db', project: null, topology: 'shop', operation: 3 }
  const declared = { config: { 'limits.cpu': '2' }, devices: {} }
  const input = { ...place, declared, snapshot: 'replica-1', copiedAt: '2026-01-01T00:00:00.000Z' }
  const result = await new MockActivityEnvironment().run(promoteCopy, input)
  expect(result).toEqual({ taken: 'raw.lxc, device host, profiles' })
  const changes = ran.filter((line) => !line.startsWith('query'))
  expect(changes).toEqual([
    'snapshot restore shop-db replica-1',
    expect.stringMatching(/^config set shop-db raw\.lxc=/),
    'config device remove shop-db host',
    'profile assign shop-db default',
    expect.stringMatching(/^config set shop-db user\.cul8er\.role=live /),
  ])
})

it('what no host has a copy of is not looked for again', async () => {
  const run = () => Promise.resolve({ stdout: '[]', stderr: '', durationMs: 0 })
  const { findCopies } = copyActivities({ executorFor: () => ({ host: 'b', run }) } as unknown as ActivityDeps)
  const topology = topologyOf({
    name: 'shop',
    hosts: { a: { address: 'a', platform: 'emulated' }, b: { address: 'b', platform: 'emulated' } },
    resources: { db: { image: 'cul8er/tiny', on: 'a', stateful: true } },
  })
  const revision: Revision = { number: 1, digest: 'x', topology, artifacts: {}, sealed: {}, createdAt: '' }
  const look = (host: string, resource?: string) =>
    new MockActivityEnvironment().run(findCopies, {
      ...{ revision, hosts: topology.hosts, host, force: false },
      ...(resource === undefined ? {} : { resource }),
    } as never)
  const refused = (message: string) => ({ type: 'NOT_FOUND', nonRetryable: true, message })
  await expect(look('b')).rejects.toMatchObject(refused('host b has no copy of anything of shop'))
  await expect(look('b', 'db')).rejects.toMatchObject({
    details: [{ hint: 'nothing of db has a copy; `replicate` declares them' }],
  })
  await expect(look('bb')).rejects.toMatchObject(refused('shop has no host bb'))
  await expect(look('b', 'dbb')).rejects.toMatchObject(refused('shop has no resource dbb (did you mean db?)'))
})
