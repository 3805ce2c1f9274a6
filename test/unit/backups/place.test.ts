import { expect, it } from 'vitest'
import { placeFetched, type Fetching } from '../../../src/backups/fetch.js'
import { Cul8erError } from '../../../src/errors.js'

/* What was fetched takes the place, on a host that writes down what it is told. */

const { signal } = new AbortController()

it('gets the volumes that were declared since the backup', async () => {
  const told: string[] = []
  const executor = {
    host: 'a',
    run: ({ args }: { args: string[] }) => {
      const command = args.join(' ')
      if (command.startsWith('query') && !command.includes('/instances/')) {
        return Promise.reject(new Cul8erError('NOT_FOUND', 'not found'))
      }
      if (!command.startsWith('query')) told.push(command)
      const stdout = JSON.stringify({
        ...{ name: 'shop-db', type: 'container', status: 'Stopped', created_at: '2026-01-01T00:00:00Z' },
        ...{ config: {}, devices: {}, profiles: [] },
      })
      return Promise.resolve({ stdout, stderr: '' })
    },
  } as unknown as Fetching['executor']
  const logs = { name: 'shop-db.logs', device: 'logs', path: '/logs', pool: 'fast', sizeMiB: null }
  await placeFetched(
    { executor, topology: 'shop', project: null, name: 'shop-db', volumes: [], operation: 7 },
    { labels: {}, devices: { logs: { path: '/logs' } }, others: [logs], autostart: '' },
    signal,
  )
  expect(told[0]).toMatch(/device add .*shop-db logs disk/)
  expect(told[0]).toMatch(/pool=fast/)
  expect(told[0]).toMatch(/source=shop-db.logs/)
})
