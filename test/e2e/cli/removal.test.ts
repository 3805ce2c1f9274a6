import { execa } from 'execa'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { processesOf } from '../../support/processes.js'
import { Home } from '../service/home.js'

/* On real Incus: what a topology had is gone after it, and so is the service. */

const home = new Home()
const NAME = 'removal-walk'
afterAll(async () => {
  await home.cul8er(['destroy', NAME, '--yes'])
  await home.remove()
})

test('after destroy and service stop the machine is as it was before', { timeout: 240_000 }, async () => {
  writeFileSync(
    join(home.folder, 'cul8er.config.yaml'),
    `name: ${NAME}
hosts: { here: { address: localhost, platform: debian } }
resources:
  app: { image: cul8er/tiny, stateful: true, volumes: { data: { path: /data } }, limits: { memory: 64MiB } }
`,
  )
  const before = await ofOurs()
  expect(Object.values(before).flat()).toEqual([])
  expect((await home.cul8er(['deploy', '--yes'])).exit).toBe(0)
  expect((await ofOurs()).instances).toHaveLength(1)
  expect((await home.cul8er(['snapshot', 'create', '--name', 'kept'])).exit).toBe(0)
  expect((await home.cul8er(['destroy', '--yes'])).exit).toBe(0)
  expect((await home.cul8er(['service', 'stop', '--yes'])).exit).toBe(0)
  expect(await ofOurs()).toEqual(before)
  expect(processesOf(home.path)).toEqual([])
  expect(readdirSync(home.folder).sort()).toEqual(['cul8er.config.yaml', 'home'])
})

/** What Incus has that carries the name of the topology. */
async function ofOurs(): Promise<Record<string, string[]>> {
  const lists = {
    instances: ['list', '--all-projects', '--format', 'csv', '--columns', 'n'],
    networks: ['network', 'list', '--all-projects', '--format', 'csv'],
    profiles: ['profile', 'list', '--all-projects', '--format', 'csv'],
    projects: ['project', 'list', '--format', 'csv'],
    volumes: ['storage', 'volume', 'list', 'default', '--all-projects', '--format', 'csv'],
  }
  const found = await Promise.all(
    Object.entries(lists).map(async ([kind, words]) => {
      const { stdout } = await execa('incus', words, { stdin: 'ignore' })
      return [kind, stdout.split('\n').filter((line) => line.includes(NAME))] as const
    }),
  )
  return Object.fromEntries(found)
}
