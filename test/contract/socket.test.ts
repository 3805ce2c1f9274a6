import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLocalExecutor } from '../../src/hosts/local.js'
import { getInstance, listInstances, parseServer, serverInfo } from '../../src/incus/index.js'
import type { IncusCommand } from '../../src/incus/command.js'

/* What is read over Incus's socket is what its client says, on real Incus. */

const overSocket = createLocalExecutor({ host: 'here' })
const byClient = createLocalExecutor({ host: 'here', client: 'incus' })

it('of the host', async () => {
  const [socket, client] = await Promise.all([overSocket.run(serverInfo()), byClient.run(serverInfo())])
  expect(parseServer(socket.stdout)).toEqual(parseServer(client.stdout))
})

it('of instances: all that does not change from moment to moment', async () => {
  const all = async (host: typeof overSocket): Promise<unknown> => {
    const { stdout } = await host.run(listInstances({ allProjects: true }))
    return (JSON.parse(stdout) as { name: string; state: unknown; last_used_at: string }[])
      .map(({ state: _, last_used_at: _at, ...rest }) => rest)
      .sort((a, b) => a.name.localeCompare(b.name))
  }
  await byClient.run({ args: ['create', 'cul8er/tiny', 'socket-reads'] })
  try {
    expect(await all(overSocket)).toEqual(await all(byClient))
    const one = getInstance('socket-reads')
    const configOf = async (host: typeof overSocket) =>
      (JSON.parse((await host.run(one)).stdout) as { config: unknown }).config
    expect(await configOf(overSocket)).toEqual(await configOf(byClient))
  } finally {
    await byClient.run({ args: ['delete', '--force', 'socket-reads'] })
  }
})

it('and neither sees the project that somebody has switched to', async () => {
  const conf = await mkdtemp(join(tmpdir(), 'cul8er-conf-'))
  const remotes = 'remotes: {local: {addr: "unix://", project: nowhere, protocol: incus}}'
  await writeFile(join(conf, 'config.yml'), `default-remote: images\n${remotes}\n`)
  const switched = createLocalExecutor({ host: 'here', client: 'incus', env: { INCUS_CONF: conf } })
  await byClient.run({ args: ['create', 'cul8er/tiny', 'socket-reads'] })
  try {
    const { stdout } = await switched.run({ args: ['list', '--format=csv', '--columns=n'] })
    expect(stdout.split('\n')).toContain('socket-reads')
  } finally {
    await switched.run({ args: ['delete', '--force', 'socket-reads'] })
    await rm(conf, { recursive: true })
  }
})

it.each<[string, IncusCommand]>([
  ['an instance that is not there', getInstance('nobody-here')],
  ['a project that is not there', listInstances({ project: 'nowhere' })],
  ['an instance of such a project', getInstance('nobody-here', { project: 'nowhere' })],
])('of %s: the same refusal', async (_, command) => {
  const said = (host: typeof overSocket): Promise<unknown> =>
    host.run(command).then(
      ({ stdout }) => stdout.trim(),
      ({ code, message }: { code: string; message: string }) => ({ code, message }),
    )
  expect(await said(overSocket)).toEqual(await said(byClient))
})
