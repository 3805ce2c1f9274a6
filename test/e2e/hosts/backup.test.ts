import { randomBytes } from 'node:crypto'
import { copyFile, mkdir, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { S3Server } from '../../support/s3/server.js'
import { Home } from '../service/home.js'

const NAME = 'kept'
const DB = `${NAME}-db`

interface Listed {
  backups: { id: string; host: string; bytes: number }[]
  unusable: { id: string; why: string }[]
}

describe.skipIf(!canRunLab())('backups (needs root, Incus and sshd)', { timeout: 180_000 }, () => {
  const home = new Home()
  let lab: Lab
  let file: string[]
  let folder: string
  let keyFile: string
  const h = (n: number): LabHost => lab.hosts[n - 1]!

  /** Instances that were restored have another name. */
  const inside = (host: LabHost, name: string, script: string): Promise<string> =>
    host.incus('exec', name, '--', 'sh', '-c', script)
  const sums = (host: LabHost, name: string): Promise<string> => inside(host, name, 'cd / && md5sum data/* srv/*')
  const listed = (): Promise<Listed> => home.json<Listed>(['backups', NAME, ...file])
  const live = async (host: LabHost): Promise<string[]> =>
    (await host.incus('list', '--format', 'csv', '--columns', 'n', 'status=running')).split('\n').filter(Boolean)

  beforeAll(async () => {
    lab = await Lab.up({ hosts: 2, name: 'kept', storage: 'btrfs', images: ['tiny'], routed: false })
    await mkdir(home.path, { recursive: true, mode: 0o700 })
    await copyFile(lab.knownHostsFile, join(home.path, 'known_hosts'))
    const hosts = Object.fromEntries(
      lab.hosts.map(({ name, user, address, key }) => [
        name,
        { address: `${user}@${address}`, platform: 'debian', credentials: { ssh: { key } } },
      ]),
    )
    folder = join(home.folder, 'backups')
    keyFile = join(home.folder, 'backup.key')
    await writeFile(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 })
    const db = {
      image: 'cul8er/tiny',
      on: h(1).name,
      stateful: true,
      volumes: { data: { path: '/data' } },
      backup: { to: folder, every: '1h', keep: 2, key: { secret: { from: 'file', key: keyFile } } },
    }
    const path = join(home.folder, 'kept.json')
    await writeFile(path, JSON.stringify({ name: NAME, hosts, resources: { db } }))
    file = ['-f', path]
    expect(await home.json(['deploy', '--yes', ...file])).toMatchObject({ outcome: 'succeeded' })
  }, 180_000)
  afterAll(async () => {
    await home.remove()
    await lab.down()
  })

  it('one is made after the deploy, whole and encrypted, and status shows its age', async () => {
    await expect.poll(async () => (await listed()).backups.length, { timeout: 60_000, interval: 500 }).toBe(1)
    expect(await home.json(['status', NAME, ...file])).toMatchObject({ backups: [{ instance: DB, state: 'current' }] })
    expect(await readdir(join(folder, NAME))).toHaveLength(1)
    const [id = ''] = await readdir(join(folder, NAME))
    expect((await readdir(join(folder, NAME, id))).sort()).toEqual(['instance.enc', 'manifest.json', 'volume-data.enc'])
    expect(await live(h(1))).toEqual([DB])
    expect(await h(1).incus('storage', 'volume', 'list', 'default', '--format', 'csv')).not.toContain('cul8er-backup')
  })

  it('a database is what it was when it was backed up, and what it was later stays aside', async () => {
    await inside(h(1), DB, 'dd if=/dev/urandom of=/data/big bs=1M count=20 2>/dev/null; echo here >/srv/here; sync')
    const before = await sums(h(1), DB)
    const began = Date.now()
    expect(await home.json(['backup', 'db', ...file])).toMatchObject({ outcome: 'succeeded' })
    const { backups } = await listed()
    const [newest] = backups
    console.log(`${Math.round(newest!.bytes / 1e6)} MB were backed up in ${Date.now() - began} ms`)
    expect(backups).toHaveLength(2)
    await inside(h(1), DB, 'rm /data/big; echo later >/srv/here; sync')
    const since = Date.now()
    expect(await home.json(['restore', 'db', '--from', newest!.id, '--yes', ...file])).toMatchObject({
      outcome: 'succeeded',
    })
    console.log(`restored in ${Date.now() - since} ms`)
    const [restored = ''] = await live(h(1))
    expect(restored).toBe(`${DB}-green`)
    expect(await sums(h(1), restored)).toBe(before)
    // What was there is stopped, with its own volume.
    expect(await h(1).incus('config', 'get', DB, 'user.cul8er.role')).toBe('old')
    expect(await h(1).incus('config', 'device', 'get', DB, 'data', 'source')).toMatch(/^kept-db\.data\.before-\d+$/)
    expect(await home.json(['plan', ...file])).toMatchObject({ empty: true })
  })

  it('the oldest goes beyond `keep`', async () => {
    const before = (await listed()).backups.map(({ id }) => id)
    for (let n = 0; n < 2; n += 1) {
      expect(await home.json(['backup', 'db', ...file])).toMatchObject({ outcome: 'succeeded' })
    }
    // Two of the instance that was restored, and the newest of the one before it.
    const kept = (await listed()).backups.map(({ id }) => id)
    expect(kept).toHaveLength(3)
    expect(before).toContain(kept[2])
    expect(await readdir(join(folder, NAME))).toHaveLength(3)
  })

  it('a worker that dies in the middle leaves nothing behind once another has gone on', async () => {
    const [restored = ''] = await live(h(1))
    await inside(h(1), restored, 'dd if=/dev/urandom of=/data/more bs=1M count=150 2>/dev/null; sync')
    const before = (await listed()).backups.map(({ id }) => id)
    const running = home.cul8er(['backup', 'db', '--json', ...file])
    const parts = async (): Promise<string[]> =>
      (await readdir(join(folder, NAME))).filter((name) => name.startsWith('.'))
    await expect.poll(parts, { timeout: 30_000, interval: 20 }).toHaveLength(1)
    const [left] = await parts()
    process.kill(home.record()!.worker!.pid, 'SIGKILL')
    expect(await h(1).incus('list', '--format', 'csv', '--columns', 'n')).toContain('cul8er-backup-')
    expect(await running).toMatchObject({ exit: 0 })
    expect(await parts()).toEqual([])
    const { backups } = await listed()
    expect(backups).toHaveLength(3)
    expect(before).not.toContain(backups[0]!.id)
    expect(left).not.toContain(backups[0]!.id)
    expect(await h(1).incus('list', '--format', 'csv', '--columns', 'n')).not.toContain('cul8er-backup-')
    expect(await h(1).incus('storage', 'volume', 'list', 'default', '--format', 'csv')).not.toContain('cul8er-backup-')
    await inside(h(1), restored, 'rm /data/more')
  })

  it('is refused with another key, cut off, and swapped, before anything is touched', async () => {
    const { backups } = await listed()
    const [one, other] = backups
    const states = await live(h(1))
    const refused = async (id: string): Promise<string> => {
      const { stdout, exit } = await home.cul8er(['restore', 'db', '--from', id, '--yes', '--json', ...file])
      expect(exit).not.toBe(0)
      expect(await live(h(1))).toEqual(states)
      expect(await h(1).incus('list', '--format', 'csv', '--columns', 'n')).not.toContain('blue')
      expect(await h(1).incus('storage', 'volume', 'list', 'default', '--format', 'csv')).not.toContain('fetched')
      return stdout
    }
    const key = await readFile(keyFile, 'utf8')
    await writeFile(keyFile, randomBytes(32).toString('base64'))
    expect(await refused(one!.id)).toContain('was made with another key')
    expect((await listed()).unusable).toHaveLength(3)
    await writeFile(keyFile, 'c2hvcnQ=')
    expect(await refused(one!.id)).toContain('is not a key')
    await rm(keyFile)
    const planned = await home.cul8er(['plan', '--json', ...file])
    expect([planned.exit, planned.stdout]).toEqual([1, expect.stringContaining('SECRET_UNRESOLVED')])
    await writeFile(keyFile, key)

    // Somebody who cannot write a manifest, but can change the files.
    const path = join(folder, NAME, one!.id, 'volume-data.enc')
    const bytes = await readFile(path)
    const handle = await open(path, 'r+')
    await handle.write(Buffer.from([bytes[bytes.length - 100_000]! ^ 1]), 0, 1, bytes.length - 100_000)
    await handle.close()
    expect(await refused(one!.id)).toContain('was cut off or changed')
    await writeFile(path, bytes)
    await copyFile(join(folder, NAME, other!.id, 'instance.enc'), join(folder, NAME, one!.id, 'instance.enc'))
    expect(await refused(one!.id)).toContain('was cut off or changed')
    const { size } = await stat(path)
    await (await open(path, 'r+').then(async (file) => (await file.truncate(size - 1), file))).close()
    expect(await refused(one!.id)).toContain('was cut off or changed')
    expect((await listed()).unusable).toEqual([expect.objectContaining({ id: one!.id, why: 'broken' })])
  })

  it('an instance whose host is gone is restored on another one', async () => {
    const [restored = ''] = await live(h(1))
    const before = await sums(h(1), restored)
    const [newest] = (await listed()).backups
    await h(1).powerCut()
    const restore = ['restore', 'db', '--from', newest!.id, '--host', h(2).name, '--yes', ...file]
    const refused = await home.cul8er([...restore, '--json'])
    expect(refused.stdout).toContain('there would be two that write')
    expect(await home.json([...restore, '--force'])).toMatchObject({ outcome: 'succeeded' })
    expect(await live(h(2))).toEqual([DB])
    expect(await sums(h(2), DB)).toBe(before)
    await h(1).boot()
    await expect.poll(() => live(h(1)), { timeout: 60_000, interval: 500 }).toEqual([])
    expect(await live(h(2))).toEqual([DB])
  })

  it('S3-compatible storage keeps them as well, and gives them back', async () => {
    const server = await S3Server.start()
    try {
      const name = 'bucket'
      const path = join(home.folder, 'bucket.json')
      const secret = (key: string): object => ({ secret: { from: 'system', key } })
      const backup = {
        ...{ to: `s3://${server.bucket}/of/us`, every: '1h', keep: 2, key: secret('BACKUP_KEY') },
        s3: { endpoint: server.endpoint, accessKey: secret('S3_KEY'), secretKey: secret('S3_SECRET') },
      }
      const { hosts } = JSON.parse(await readFile(join(home.folder, 'kept.json'), 'utf8')) as { hosts: object }
      const db = { image: 'cul8er/tiny', on: h(2).name, stateful: true, volumes: { data: { path: '/data' } }, backup }
      await writeFile(path, JSON.stringify({ name, hosts, resources: { db } }))
      const env = {
        BACKUP_KEY: randomBytes(32).toString('base64'),
        S3_KEY: server.accessKey,
        S3_SECRET: server.secretKey,
      }
      const missing = await home.cul8er(['plan', '--json', '-f', path], { ...env, BACKUP_KEY: undefined })
      expect(missing.stdout).toContain(
        'the environment of this command lacks a variable for secrets: backup: BACKUP_KEY',
      )
      expect(await home.json(['deploy', '--yes', '-f', path], env)).toMatchObject({ outcome: 'succeeded' })
      await inside(
        h(2),
        'bucket-db',
        'dd if=/dev/urandom of=/data/big bs=1M count=50 2>/dev/null; echo x >/srv/x; sync',
      )
      const before = await sums(h(2), 'bucket-db')
      // As somebody who is root on the host of the original would.
      await h(2).incus('config', 'set', 'bucket-db', 'security.privileged=true', 'boot.autostart=true')
      // The sealed secrets count from here on.
      expect(await home.json(['backup', 'db', '-f', path])).toMatchObject({ outcome: 'succeeded' })
      const { backups } = await home.json<Listed>(['backups', name, '-f', path])
      await inside(h(2), 'bucket-db', 'rm /data/big; sync')
      await h(2).incus('delete', '--force', 'bucket-db')
      const restore = ['restore', 'db', '--from', backups[0]!.id, '--yes', '-f', path]
      const { outcome, steps } = await home.json<{ outcome: string; steps: { note?: string }[] }>(restore)
      expect(outcome).toBe('succeeded')
      expect(steps.map(({ note }) => note)).toContain(
        'without security.privileged, which the topology does not declare',
      )
      expect(await h(2).incus('config', 'get', 'bucket-db', 'security.privileged')).toBe('')
      expect(await h(2).incus('config', 'get', 'bucket-db', 'boot.autostart')).toBe('')
      expect(await sums(h(2), 'bucket-db')).toBe(before)
    } finally {
      await server.stop()
    }
  })
})
