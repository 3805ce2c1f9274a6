import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSshExecutor } from '../../src/hosts/ssh/executor.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { listInstances, parseServer, serverInfo } from '../../src/incus/index.js'
import { startSshd, type Sshd } from '../support/sshd.js'

/* Hosts over SSH: a real sshd on this machine, and its real Incus. */

let sshd: Sshd
let host: HostExecutor

const executor = (more: { address?: string; key?: string | null } = {}): HostExecutor =>
  createSshExecutor(
    { name: 'web', address: sshd.address, key: null, passphrase: null, ...more },
    { knownHosts: join(sshd.home, 'own_known_hosts'), env: {}, home: sshd.home, systemConfig: '/dev/null/none' },
  )

beforeAll(async () => {
  sshd = await startSshd()
  host = executor()
})
afterAll(async () => {
  await host.close()
  await sshd.close()
})

it('reads over the socket of its Incus, and runs commands', async () => {
  expect(parseServer((await host.run(serverInfo())).stdout).version).toMatch(/^\d/)
  const { stdout } = await host.run({ args: ['list', '--format=csv', '--columns=n'] })
  expect(stdout).toBeTypeOf('string')
  expect(JSON.parse((await host.run(listInstances())).stdout)).toBeInstanceOf(Array)
  expect(await sshd.pids()).toHaveLength(1)
})
