import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { Home } from '../service/home.js'

const NAME = 'holds'
const DB = `${NAME}-db`

describe.skipIf(!canRunLab())('copies of data (needs root, Incus and sshd)', { timeout: 150_000 }, () => {
  const home = new Home()
  let lab: Lab
  let file: string[]
  let hosts: Record<string, object>
  const h = (n: number): LabHost => lab.hosts[n - 1]!

  const label = async (host: LabHost, key: string): Promise<string> =>
    host.incus('config', 'get', DB, `user.cul8er.${key}`).catch(() => '')
  const inside = (host: LabHost, script: string): Promise<string> => host.incus('exec', DB, '--', 'sh', '-c', script)
  const sums = (host: LabHost): Promise<string> => inside(host, 'cd / && md5sum data/* srv/here')

  beforeAll(async () => {
    lab = await Lab.up({ hosts: 2, name: 'data', storage: 'btrfs', images: ['tiny'], routed: false })
    await mkdir(home.path, { recursive: true, mode: 0o700 })
    await copyFile(lab.knownHostsFile, join(home.path, 'known_hosts'))
    hosts = Object.fromEntries(
      lab.hosts.map(({ name, user, address, key }) => [
        name,
        { address: `${user}@${address}`, platform: 'debian', credentials: { ssh: { key } } },
      ]),
    )
    const db = {
      image: 'cul8er/tiny',
      on: h(1).name,
      stateful: true,
      volumes: { data: { path: '/data' } },
      replicate: { to: h(2).name, every: '10s', keep: 2 },
    }
    const path = join(home.folder, 'holds.json')
    await writeFile(path, JSON.stringify({ name: NAME, hosts, resources: { db } }))
    file = ['-f', path]
    expect(await home.json(['deploy', '--yes', ...file])).toMatchObject({ outcome: 'succeeded' })
  })
  afterAll(async () => {
    await home.remove()
    await lab.down()
  })

  it('data moves with its instance when its host is drained, and nothing that was written is lost', async () => {
    const name = 'moves'
    const instance = `${name}-db`
    const path = join(home.folder, 'moves.json')
    const volumes = { data: { path: '/data' } }
    const db = { image: 'cul8er/tiny', on: [h(1).name, h(2).name], stateful: true, volumes }
    await writeFile(path, JSON.stringify({ name, hosts, resources: { db } }))
    expect(await home.json(['deploy', '--yes', '-f', path])).toMatchObject({ outcome: 'succeeded' })
    const sh = (host: LabHost, script: string): Promise<string> =>
      host.incus('exec', instance, '--', 'sh', '-c', script)
    const sumsOf = (host: LabHost): Promise<string> => sh(host, 'md5sum /data/big /srv/here')
    await sh(h(1), 'dd if=/dev/urandom of=/data/big bs=1M count=30 2>/dev/null; echo here >/srv/here; sync')
    const before = await sumsOf(h(1))
    let written = 0
    const writer = (async () => {
      for (;;) {
        const isWritten = await sh(h(1), `echo ${written + 1} >>/data/log; sync`).then(
          () => true,
          () => false,
        )
        if (!isWritten) return
        written += 1
      }
    })()
    const drained = await home.json<{ topologies: { moved?: { downMs: number }[] }[] }>([
      ...['hosts', 'drain', h(1).name, '--yes', '-f', path],
    ])
    await writer
    expect(drained).toMatchObject({ topologies: [{ outcome: 'succeeded', moved: [{ instance, host: h(2).name }] }] })
    expect(await sumsOf(h(2))).toBe(before)
    expect(written).toBeGreaterThan(5)
    // What was not answered any more may have been written all the same.
    const last = Number((await sh(h(2), 'tail -n 1 /data/log')).trim())
    expect([written, written + 1]).toContain(last)
    expect(await h(1).incus('list', '--format', 'csv', '--columns', 'n', instance)).toBe('')
    expect(await h(1).incus('storage', 'volume', 'list', 'default', '--format', 'csv')).not.toContain(instance)
    const downMs = drained.topologies[0]?.moved?.[0]?.downMs
    console.log(`${written} lines were written meanwhile; moved, and down for ${downMs} ms`)
    await home.json(['hosts', 'uncordon', h(1).name, '-f', path])
    expect(await home.json(['destroy', '--yes', '-f', path])).toMatchObject({ outcome: 'succeeded' })
  })

  it('are made and brought up to date, over SSH alone', async () => {
    await expect.poll(() => label(h(2), 'replica.at'), { timeout: 20_000, interval: 200 }).not.toBe('')
    await inside(h(1), 'dd if=/dev/urandom of=/data/big bs=1M count=20 2>/dev/null; echo here >/srv/here; sync')
    const first = await label(h(2), 'replica.at')
    const began = Date.now()
    await expect.poll(() => label(h(2), 'replica.at'), { timeout: 20_000, interval: 200 }).not.toBe(first)
    console.log(`a copy was refreshed after ${Date.now() - began} ms`)
    expect(await h(2).incus('list', '--format', 'csv', '--columns', 'ns')).toBe(`${DB},STOPPED`)
  })

  it('one takes the place of its original when the power of its host was cut, with the same data', async () => {
    const before = await sums(h(1))
    await h(1).powerCut()
    const restore = ['restore', NAME, '--from-replica', h(2).name, '--yes']
    const refused = await home.cul8er([...restore, '--json'])
    expect(refused.exit).not.toBe(0)
    expect(refused.stdout).toContain(`if ${DB} still runs there, there would be two that write`)
    const began = Date.now()
    expect(await home.json([...restore, '--force'])).toMatchObject({ outcome: 'succeeded' })
    console.log(`restored from the copy in ${Date.now() - began} ms`)
    expect(await sums(h(2))).toBe(before)
  })

  it('its original is stopped when its host is back, and keeps its data', async () => {
    await h(1).boot()
    const state = (): Promise<string> => h(1).incus('list', '--format', 'csv', '--columns', 'ns')
    await expect.poll(state, { timeout: 30_000, interval: 200 }).toBe(`${DB},STOPPED`)
    await expect.poll(() => label(h(1), 'role'), { timeout: 30_000, interval: 200 }).toBe('old')
    expect(await h(2).incus('list', '--format', 'csv', '--columns', 'ns')).toBe(`${DB},RUNNING`)
  })
})
