import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { ledgerId, ttlScheduleId } from '../../../src/contracts/index.js'
import { Home } from '../service/home.js'

/* The end of a ttl on real Incus, by its Schedule alone: the ledger is gone by then. */

const home = new Home()
const name = 'ttl-e2e'
const instance = `${name}-app`
afterAll(async () => {
  await execa('incus', ['delete', '--force', instance], { reject: false })
  await home.remove()
})

test('a topology is destroyed at its time, though its ledger was terminated', { timeout: 120_000 }, async () => {
  writeFileSync(
    join(home.folder, 'cul8er.config.yaml'),
    `name: ${name}
hosts: { here: { address: localhost, platform: debian } }
resources: { app: { image: cul8er/tiny, limits: { memory: 64MiB } } }
ttl: 24h
`,
  )
  expect((await home.cul8er(['deploy', '--yes'])).exit).toBe(0)
  const label = async () => (await execa('incus', ['config', 'get', instance, 'user.cul8er.expires'])).stdout
  const { ttl } = await home.json<{ ttl: string }>(['ttl', 'set', '10s'])
  await expect.poll(label, { timeout: 10_000 }).toBe(ttl)
  const connection = await Connection.connect({ address: `127.0.0.1:${home.record()?.port}` })
  try {
    const { workflow } = new Client({ connection })
    const fires = async () => {
      const scheduleId = ttlScheduleId(name)
      const { info } = await connection.workflowService.describeSchedule({ namespace: 'default', scheduleId })
      return Number(info?.futureActionTimes?.[0]?.seconds)
    }
    await expect.poll(fires, { timeout: 10_000 }).toBe(Math.ceil(Date.parse(ttl) / 1_000))
    await workflow.getHandle(ledgerId(name)).terminate('somebody did')
  } finally {
    await connection.close()
  }
  const names = async () => (await execa('incus', ['list', '--format=csv', '--columns=n', instance])).stdout
  expect(await names()).toBe(instance)
  await expect.poll(names, { timeout: 60_000, interval: 500 }).toBe('')
  expect(await home.json(['status', name])).toMatchObject({ ttl: null, revision: { desired: null }, instances: [] })
})
