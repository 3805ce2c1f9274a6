import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLocalExecutor } from '../../src/hosts/local.js'
import {
  deleteInstance,
  getInstance,
  launchInstance,
  listInstances,
  parseServer,
  serverInfo,
} from '../../src/incus/index.js'
import type { IncusCommand } from '../../src/incus/command.js'
import type { CreateOptions } from '../../src/incus/create.js'
import { lookAt } from '../../src/instances/look.js'

/* What goes over Incus's socket is as its client has it, on real Incus. */

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

const launched: Omit<CreateOptions, 'name'> = {
  image: 'cul8er/tiny',
  config: { 'limits.memory': '64MiB', 'user.note': '-a=b: "c"' },
  devices: { scratch: { type: 'disk', source: '/usr/share', path: '/scratch', readonly: 'true' } },
}

it('launches the same instance', async () => {
  const made = async (host: typeof overSocket, name: string): Promise<unknown> => {
    const { stdout } = await host.run(launchInstance({ ...launched, name }))
    const one = JSON.parse((await host.run(getInstance(name))).stdout) as Record<string, unknown>
    const config = Object.entries(one.config as object).filter(([key]) => !key.startsWith('volatile.'))
    const { type, devices, profiles, status, ephemeral, description } = one
    return { stdout: stdout.trim(), config, type, devices, profiles, status, ephemeral, description }
  }
  try {
    const [socket, client] = [await made(overSocket, 'socket-launch-1'), await made(byClient, 'socket-launch-2')]
    expect(socket).toEqual(client)
    expect(JSON.stringify(socket)).toMatch(/"limits.memory","64MiB".*"status":"Running"/)
  } finally {
    for (const i of [1, 2]) await byClient.run(deleteInstance(`socket-launch-${i}`, { force: true })).catch(() => {})
  }
})

it.each<[string, Partial<CreateOptions>]>([
  ['of an image that is not there', { image: 'nothing-here' }],
  ['of a key that Incus does not know', { config: { 'limits.nothing': '1' } }],
  ['of a device that cannot be', { devices: { scratch: { type: 'disk', path: '/scratch' } } }],
  ['of an instance that cannot start', { config: { 'raw.lxc': 'lxc.init.cmd = /none', 'limits.memory': '1MiB' } }],
  ['in a project that is not there', { project: 'nowhere' }],
])('refuses a launch %s alike, and leaves as much behind', async (_, options) => {
  const refused = async (host: typeof overSocket): Promise<unknown> => {
    const { name, project } = { name: 'socket-refused', ...options }
    try {
      const said = await host.run(launchInstance({ ...launched, ...options, name })).catch((error: unknown) => error)
      const { code, message } = said as { code: string; message: string }
      const left = (await lookAt(byClient, { host: 'here', name, project: project ?? null }))?.name ?? 'nothing'
      return { code, message: message.replaceAll(/\d{4,}|[0-9a-f]{8}-\S+/g, 'N'), left }
    } finally {
      await byClient.run(deleteInstance(name, { project, force: true })).catch(() => {})
    }
  }
  const socket = await refused(overSocket)
  expect(socket).toEqual(await refused(byClient))
  expect(socket).toHaveProperty('message')
})

it('says alike that the name is taken', async () => {
  const launch = launchInstance({ ...launched, name: 'socket-taken' })
  try {
    await overSocket.run(launch)
    const said = (host: typeof overSocket): Promise<unknown> =>
      host.run(launch).catch(({ code, message }: { code: string; message: string }) => ({ code, message }))
    const socket = await said(overSocket)
    expect(socket).toEqual(await said(byClient))
    expect(socket).toMatchObject({ code: 'ALREADY_EXISTS' })
  } finally {
    await byClient.run(deleteInstance('socket-taken', { force: true })).catch(() => {})
  }
})
