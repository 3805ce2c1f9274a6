import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, it } from 'vitest'
import type { ActivityDeps } from '../../../activities/deps.js'
import { instanceActivities } from '../../../activities/instances.js'

const POWERS = { config: { 'security.privileged': 'true' } }

/** An instance with a snapshot; `restored`: it came from another host. */
const shown = (snapshot: object, restored: boolean) => ({
  ...{ name: 'shop-db', type: 'container', status: 'Running', project: 'default', profiles: ['default'] },
  ...{ created_at: '', state: null, devices: {} },
  config: {
    'user.cul8er.topology': 'shop',
    'user.cul8er.resource': 'db',
    ...(restored ? { 'user.cul8er.restored': '2026-01-01T00:00:00.000Z' } : {}),
  },
  snapshots: [{ name: 'mine', created_at: '', config: {}, devices: {}, profiles: ['default'], ...snapshot }],
})

/** `declared`: null: it is the operation's own snapshot. */
interface How {
  restored?: boolean
  declared?: object | null
}

async function restore(snapshot: object, { restored = true, declared = {} }: How = {}) {
  const ran: string[] = []
  const run = async ({ args }: { args: readonly string[] }) => {
    ran.push(args.join(' '))
    return Promise.resolve({ stdout: JSON.stringify(shown(snapshot, restored)), stderr: '', durationMs: 0 })
  }
  const { restoreSnapshot } = instanceActivities({ executorFor: () => ({ host: 'b', run }) } as unknown as ActivityDeps)
  const via = { address: 'b', kind: 'ssh', platform: 'debian', credentials: null } as const
  const may = declared === null ? {} : { declared: { config: {}, devices: {}, ...declared } }
  const input = { host: 'b', via, name: 'shop-db', project: null, snapshot: 'mine', ...may }
  const end = await new MockActivityEnvironment().run(restoreSnapshot, input).then(
    () => 'restored',
    (error: unknown) => (error as { type: string }).type,
  )
  return { end, ran: ran.filter((line) => !line.startsWith('query')) }
}

it.each<[string, object]>([
  ['configuration', POWERS],
  ['devices', { devices: { host: { type: 'disk', source: '/', path: '/host' } } }],
  ['profiles', { profiles: ['default', 'root'] }],
])('no snapshot that came from another host brings %s that reach out of the instance', async (_what, snapshot) => {
  expect(await restore(snapshot)).toEqual({ end: 'PERMISSION', ran: [] })
})

it('an instance that came from another host stays known as one', async () => {
  expect(await restore({})).toEqual({
    end: 'restored',
    ran: ['snapshot restore shop-db mine', expect.stringMatching(/^config set shop-db user\.cul8er\.restored=20/)],
  })
})

it.each<[string, How]>([
  ['is declared', { declared: POWERS }],
  ['was given by hand to an instance that was always here', { restored: false }],
  ['is in the snapshot that the operation took itself', { declared: null }],
])('what %s comes back', async (_what, how) => {
  expect(await restore(POWERS, how)).toMatchObject({ end: 'restored' })
})
