import { afterAll, beforeAll, expect, it } from 'vitest'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { getInstance, listInstances, parseServer, serverInfo } from '../../../src/incus/index.js'
import { startSshd, type Sshd } from '../../support/sshd.js'
import { overSsh } from './executor.js'

/* What is only read goes over the socket of the host's Incus, or by its client where the server does not forward to it. */

let open: Sshd
let shut: Sshd
let host: HostExecutor

beforeAll(async () => {
  open = await startSshd()
  shut = await startSshd(['DisableForwarding yes'])
  host = overSsh(open)
})
afterAll(async () => {
  await host.close()
  await Promise.all([open.close(), shut.close()])
})

it('over one connection, as by the client', async () => {
  const byClient = overSsh(shut)
  try {
    const [socket, client] = await Promise.all([host.run(serverInfo()), byClient.run(serverInfo())])
    expect(parseServer(socket.stdout)).toEqual(parseServer(client.stdout))
    expect(JSON.parse((await host.run(listInstances())).stdout)).toBeInstanceOf(Array)
    expect(JSON.parse((await byClient.run(listInstances())).stdout)).toBeInstanceOf(Array)
  } finally {
    await byClient.close()
  }
  expect(await open.pids()).toHaveLength(1)
})

it('a refusal is the same', async () => {
  await expect(host.run(getInstance('nobody-here'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
