import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { remainsOf } from '../../support/lab/remains.js'
import { until } from '../../support/until.js'

const NAME = 'proof'
const INSTANCE = 'lab-web'

/** Tells its host's name and how far it has counted, and goes on with that when the host comes back. */
const inittab = (host: string): string => `::sysinit:/etc/rc
::sysinit:/bin/sh -c 'echo ${host} >/srv/name'
::respawn:/bin/httpd -f -p 4000 -h /srv
::respawn:/bin/sh -c 'while :; do n=$((n+1)); echo $n >/srv/count.new; mv /srv/count.new /srv/count; sleep 0.05; done'
`

describe.skipIf(!canRunLab())('three Incus hosts on this machine (needs root, Incus and sshd)', () => {
  let lab: Lab
  const h = (n: number): LabHost => lab.hosts[n - 1]!

  /** As a person would: by the ssh command and the host's key. */
  const ssh = async (host: LabHost, ...words: string[]): Promise<string> => {
    const options = [
      'BatchMode=yes',
      'ConnectTimeout=3',
      `UserKnownHostsFile=${lab.knownHostsFile}`,
      'StrictHostKeyChecking=yes',
    ]
    const to = ['-F', 'none', ...options.flatMap((each) => ['-o', each]), '-i', host.key, `root@${host.address}`]
    return (await execa('ssh', [...to, ...words], { stdin: 'ignore' })).stdout
  }
  const addressOf = (host: LabHost): Promise<string> =>
    until(async () => {
      const listed = await host.incus('list', INSTANCE, '--format', 'csv', '--columns', '4')
      return /^[\d.]+/.exec(listed)?.[0]
    })
  /** What an instance on one host is told by the instance on another. */
  const ask = async (from: LabHost, to: LabHost): Promise<string> => {
    const url = `http://${await addressOf(to)}:4000/name`
    return from.incus('exec', INSTANCE, '--', 'wget', '-q', '-O', '-', url)
  }
  const countOf = async (host: LabHost): Promise<number> =>
    Number(await host.incus('exec', INSTANCE, '--', 'cat', '/srv/count'))

  beforeAll(async () => {
    lab = await Lab.up({ hosts: 3, name: NAME })
    console.log(`lab: 3 hosts up in ${Math.round(lab.tookMs)} ms`)
  })
  afterAll(() => lab.down())

  it('are reached over SSH, and their instances reach each other', async () => {
    await Promise.all(
      lab.hosts.map(async (host) => {
        await ssh(host, 'incus', 'create', '--quiet', 'cul8er/tiny', INSTANCE)
        const file = join(lab.folder, `inittab-${host.name}`)
        await writeFile(file, inittab(host.name))
        await host.incus('file', 'push', '--quiet', file, `${INSTANCE}/etc/inittab`)

        await ssh(host, 'incus', 'start', INSTANCE)
      }),
    )
    expect(await Promise.all(lab.hosts.map((host) => ssh(host, 'hostname')))).toEqual(['h1', 'h2', 'h3'])
    for (const [from, to] of [
      [h(1), h(2)],
      [h(2), h(3)],
      [h(3), h(1)],
    ] as const)
      expect(await until(() => ask(from, to))).toBe(to.name)
    // Probes have to go through the host.
    await expect(fetch(`http://${await addressOf(h(1))}:4000/`)).rejects.toThrow()
  })

  it('snapshots a running instance', async () => {
    await ssh(h(1), 'incus', 'snapshot', 'create', INSTANCE, 'one')
    expect(await h(1).incus('snapshot', 'list', INSTANCE, '--format', 'csv')).toMatch(/^one,/)
  })

  it('admit no other key', async () => {
    const other = join(lab.folder, 'other')
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    const words = ['-F', 'none', '-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${lab.knownHostsFile}`, '-i', other]
    const { stderr } = await execa('ssh', [...words, `root@${h(1).address}`, 'true'], { reject: false })
    expect(stderr).toContain('Permission denied (publickey)')
  })

  it('lose their power, and come back with what ran', async () => {
    await h(2).powerCut()
    await expect(ssh(h(2), 'true')).rejects.toThrow(/No route to host|timed out/)
    await expect(ask(h(1), h(3))).resolves.toBe('h3')
    await h(2).boot()
    expect(await ssh(h(2), 'hostname')).toBe('h2')
    expect(await until(() => ask(h(1), h(2)))).toBe('h2')
  })

  it('live on behind a cut cable', async () => {
    await h(3).cutNetwork()
    const before = await countOf(h(3))
    await expect(ssh(h(3), 'true')).rejects.toThrow(/No route to host|timed out/)
    await expect(h(1).incus('exec', INSTANCE, '--', 'ping', '-c', '1', '-W', '1', h(3).address)).rejects.toThrow()
    expect(await countOf(h(3))).toBeGreaterThan(before)
    await h(3).restoreNetwork()
    expect(await until(() => ssh(h(3), 'hostname'))).toBe('h3')
    expect(await until(() => ask(h(1), h(3)))).toBe('h3')
  })

  it('leave nothing', async () => {
    const began = performance.now()
    await lab.down()
    console.log(`lab: down in ${Math.round(performance.now() - began)} ms`)
    expect(await remainsOf(NAME)).toEqual([])
  })
})

describe.skipIf(!canRunLab())('a lab (needs root, Incus and sshd)', () => {
  it('can be one whose instances this machine reaches, and whose Incus answers over HTTPS', async () => {
    const lab = await Lab.up({ hosts: 1, name: 'open', images: ['tiny'], reachInstances: true, https: true })
    try {
      const host = lab.hosts[0]!
      await host.incus('launch', '--quiet', 'cul8er/tiny', INSTANCE)
      await host.incus('exec', INSTANCE, '--', 'httpd', '-p', '4000', '-h', '/etc')
      const address = await until(
        async () => /^[\d.]+/.exec(await host.incus('list', INSTANCE, '--format', 'csv', '--columns', '4'))?.[0],
      )
      expect(await (await fetch(`http://${address}:4000/inittab`)).text()).toContain('::sysinit:/etc/rc')
      const { stdout } = await execa('curl', ['--silent', '--insecure', `https://${host.address}:8443/1.0`])
      expect(JSON.parse(stdout)).toMatchObject({ status: 'Success' })
      await expect(Lab.up({ hosts: 1, name: 'open', images: [] })).rejects.toThrow('a lab open is up already')
    } finally {
      await lab.down()
    }
    expect(await remainsOf('open')).toEqual([])
  })
})

describe.skipIf(!canRunLab())('a lab whose process was killed (needs root, Incus and sshd)', () => {
  it('ends with it, and the next one clears up after it', async () => {
    const program = fileURLToPath(new URL('../../support/lab/stay.ts', import.meta.url))
    const jiti = ['--import', 'jiti/register']
    const dying = spawn(process.execPath, [...jiti, program, 'dying', '1', 'btrfs'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(dying.stdout, 'data')
    expect(await remainsOf('dying')).not.toEqual([])
    dying.kill('SIGKILL')
    await until(async () => (await remainsOf('dying')).every((each) => !/incusd|sshd/.test(each)))
    const next = await Lab.up({ hosts: 1, name: 'next', images: [] })
    expect(await remainsOf('dying')).toEqual([])
    await next.down()
    expect(await remainsOf('next')).toEqual([])
  })
})
