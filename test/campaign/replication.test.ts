import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExecutors, type Executors } from '../../src/hosts/executors.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { copyTo } from '../../src/instances/replica.js'
import { lookAt } from '../../src/instances/look.js'
import { oursOf } from '../../src/plan/ours.js'
import { canRunLab } from '../support/lab/can-run.js'
import { Lab } from '../support/lab/lab.js'
import { until } from '../support/until.js'

const ROUNDS = Number(process.env.CUL8ER_ROUNDS ?? 50)
const DB = 'shop-db'

/** Rows of a round are written in one transaction, with their sum: a copy that has half of one is wrong. */
const WRITER = `i=0; while :; do i=$((i+1)); echo "begin; insert into entries select g, $i, md5(g::text || $i) from generate_series(1, 50) g; insert into rounds values ($i); commit;"; done | runuser -u postgres -- psql -q -v ON_ERROR_STOP=1 >/dev/null 2>&1`
const CHECK = `select (select count(*) from rounds) || ' ' || (select count(*) from rounds r where (select count(*) from entries e where e.round = r.round and e.sum = md5(e.row::text || e.round)) <> 50) || ' ' || (select coalesce(max(round), 0) - count(*) from rounds)`
/** Prints what is wrong with tables and indexes. */
const AMCHECK = '/usr/lib/postgresql/*/bin/pg_amcheck --heapallindexed postgres'

describe.skipIf(!canRunLab())('a PostgreSQL that writes while it is copied', { timeout: 3_600_000 }, () => {
  const controller = new AbortController()
  let lab: Lab
  let executors: Executors
  let source: HostExecutor
  let target: HostExecutor
  const sql = (n: number, words: string): Promise<string> =>
    lab.hosts[n]!.incus('exec', DB, '--', 'runuser', '-u', 'postgres', '--', 'psql', '-qtA', '-c', words)

  beforeAll(async () => {
    lab = await Lab.up({ hosts: 2, name: 'pgcopy', storage: 'btrfs', images: ['postgres'], routed: false })
    const home = join(lab.folder, 'home')
    await mkdir(home, { recursive: true, mode: 0o700 })
    await copyFile(lab.knownHostsFile, join(home, 'known_hosts'))
    executors = createExecutors({ home })
    const [a, b] = lab.hosts.map(({ name, address, key }) =>
      executors.executorFor(name, {
        address: `root@${address}`,
        kind: 'ssh',
        credentials: { ssh: { key } },
      }),
    )
    source = a!
    target = b!
    const labels = { topology: 'shop', resource: 'db', role: 'live', stateful: 'true', operation: '1' }
    const config = Object.entries(labels).flatMap(([key, value]) => ['-c', `user.cul8er.${key}=${value}`])
    await lab.hosts[0]!.incus('launch', '--quiet', 'cul8er/postgres', DB, ...config)
    await until(() => sql(0, 'select 1').catch(() => ''), { timeoutMs: 60_000 })
    await sql(0, 'create extension amcheck')
    await sql(0, 'create table rounds (round int primary key)')
    await sql(0, 'create table entries (row int, round int, sum text, primary key (round, row))')
    await lab.hosts[0]!.incus('exec', DB, '--', 'systemd-run', '--quiet', '--unit=writer', 'sh', '-c', WRITER)
  }, 300_000)
  afterAll(async () => {
    await executors.close()
    await lab.down()
  })

  it(`is whole in each of ${ROUNDS} copies`, async () => {
    const copied: number[] = []
    let rounds = 0
    for (let n = 1; n <= ROUNDS; n += 1) {
      const found = await lookAt(source, { host: source.host, name: DB, project: null })
      const [original] = oursOf('shop', found === null ? [] : [found])
      const began = performance.now()
      const copying = { topology: 'shop', project: null, original: original!, source, targets: [target], keep: 2 }
      const done = await copyTo(copying, controller.signal)
      copied.push(performance.now() - began)
      expect(done[target.host]).toHaveProperty('at')
      // What a restore starts is the snapshot that the copy names.
      const host = lab.hosts[1]!
      const snapshot = await host.incus('config', 'get', DB, 'user.cul8er.replica.snapshot')
      const labels = await Promise.all(
        ['role', 'replica.from', 'replica.at', 'replica.snapshot'].map(async (key) => {
          const name = `user.cul8er.${key}`
          return `${name}=${await host.incus('config', 'get', DB, name)}`
        }),
      )
      await host.incus('snapshot', 'restore', DB, snapshot)
      await host.incus('start', DB)
      await until(() => sql(1, 'select 1').catch(() => ''), { timeoutMs: 60_000 })
      const [written = '', broken, missing] = (await sql(1, CHECK)).split(' ')
      const checked = await host.incus('exec', DB, '--', 'runuser', '-u', 'postgres', '--', 'sh', '-c', AMCHECK)
      await host.incus('stop', '--force', DB)
      await host.incus('config', 'set', DB, ...labels)
      expect({ n, broken, missing, checked }).toEqual({ n, broken: '0', missing: '0', checked: '' })
      expect(Number(written)).toBeGreaterThan(rounds)
      rounds = Number(written)
    }
    copied.sort((a, b) => a - b)
    const at = (share: number): number => Math.round(copied[Math.floor((copied.length - 1) * share)] ?? 0)
    console.log(
      `${ROUNDS} of ${ROUNDS} copies whole; ${rounds} transactions in the last; a copy took ${at(0.5)} ms, ${at(1)} ms at most`,
    )
  })
})
