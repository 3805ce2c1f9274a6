import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LedgerState, OperationResult } from '../../../src/contracts/index.js'
import type { Status } from '../../../src/client/index.js'
import type { Plan } from '../../../src/plan/model.js'
import { Home } from '../service/home.js'

/* The command line against the embedded service, on emulated hosts. */

const home = new Home()
const secret = { SHOP_TOKEN: 'a very secret token' }

function declare({ greeting = 'hi', replicas = 2 } = {}): void {
  writeFileSync(
    join(home.folder, 'cul8er.config.yaml'),
    `name: shop
hosts: { one: { address: localhost, platform: emulated } }
resources:
  app:
    type: container
    on: one
    replicas: ${replicas}
    image: images:alpine/3.19
    environment:
      GREETING: ${greeting}
      TOKEN: { secret: { from: system, key: SHOP_TOKEN } }
`,
  )
}

beforeAll(() => declare())
afterAll(() => home.remove())

test('plan: exit code 2 with changes, 0 without; a deploy in between', async () => {
  const before = await home.cul8er(['plan', '--json'], secret)
  expect(before.exit).toBe(2)
  const plan = JSON.parse(before.stdout) as Plan
  expect(plan).toMatchObject({ topology: 'shop', empty: false })
  expect(plan.procedure?.stages.flatMap(({ lanes }) => lanes.map(({ instance }) => instance))).toContain('shop-app-2')
  expect((await home.cul8er(['plan'], secret)).stdout).toMatch(/in this order:\n +1\. .*create/)
  expect(plan.changes.map(({ action, instance, host }) => [action, instance, host])).toEqual([
    ['create', 'shop-app-1', 'one'],
    ['create', 'shop-app-2', 'one'],
  ])
  const deployed = await home.cul8er(['deploy', '--yes', '--json'], secret)
  expect(deployed.exit).toBe(0)
  const result = JSON.parse(deployed.stdout) as OperationResult
  expect(result).toMatchObject({ topology: 'shop', operation: 'op-1', outcome: 'succeeded', revision: 1 })
  expect(result.steps.every(({ outcome }) => outcome === 'done')).toBe(true)
  expect(deployed.stderr).toContain('create shop-app-1')
  const after = await home.cul8er(['plan', '--json'], secret)
  expect([after.exit, (JSON.parse(after.stdout) as Plan).empty]).toEqual([0, true])
})

test('status: 0 and every instance healthy', async () => {
  const { exit, stdout } = await home.cul8er(['status', '--json'])
  const status = JSON.parse(stdout) as Status
  expect(exit).toBe(0)
  expect(status).toMatchObject({
    topology: 'shop',
    revision: { desired: 1, stable: 1, attempted: 1 },
    operation: null,
    ttl: null,
    healthy: true,
  })
  expect(
    status.instances.map(({ name, resource, host, state, drift }) => [name, resource, host, state, drift]),
  ).toEqual([
    ['shop-app-1', 'app', 'one', 'Running', []],
    ['shop-app-2', 'app', 'one', 'Running', []],
  ])
})

test('logs: of what runs, of what is not there, and of what was removed', async () => {
  const silent = await home.cul8er(['logs', '--json'])
  expect([silent.exit, JSON.parse(silent.stdout)]).toEqual([0, { topology: 'shop', lines: [] }])
  expect(silent.stderr).toContain('shop has logged nothing')
  const wrong = await home.cul8er(['logs', 'shop', 'ap', '--json'])
  expect([wrong.exit, JSON.parse(wrong.stdout)]).toMatchObject([
    64,
    { error: { code: 'USAGE', message: 'no instance or resource is named ap (did you mean app?)' } },
  ])
  const none = await home.cul8er(['logs', '--operation', 'op-1', '--json'])
  expect([none.exit, JSON.parse(none.stdout)]).toMatchObject([1, { error: { code: 'NOT_FOUND' } }])
})

test('exec and shell: in one instance, in all, and never without saying where', async () => {
  const shown = await home.cul8er(['exec', 'shop-app-1', '--json', '--', 'sh', '-c', 'echo oops >&2; exit 7'])
  expect([shown.exit, JSON.parse(shown.stdout)]).toEqual([
    7,
    { instance: 'shop-app-1', exitCode: 7, stdout: '', stderr: 'oops\n' },
  ])
  const all = await home.cul8er(['exec', 'shop', 'app', '--all', '--env', 'A=b', '--', 'echo', 'a word'])
  expect([all.exit, all.stdout]).toEqual([0, 'shop-app-1 | a word\nshop-app-2 | a word'])
  const several = await home.cul8er(['exec', 'app', '--json', '--', 'echo'])
  expect([several.exit, JSON.parse(several.stdout)]).toMatchObject([
    64,
    { error: { code: 'USAGE', details: { instances: ['shop-app-1', 'shop-app-2'] } } },
  ])
  const words = ['exec', 'shop-app-3', '--json', '--', 'echo']
  expect(JSON.parse((await home.cul8er(words)).stdout)).toMatchObject({ error: { code: 'USAGE' } })
  expect((await home.cul8er(['exec', 'shop-app-1', 'echo'])).exit).toBe(64)
  const shell = await home.cul8er(['shell', 'shop-app-1'])
  expect([shell.exit, shell.stderr]).toEqual([64, expect.stringContaining('a shell needs a terminal')])
  expect((await home.cul8er(['__instances'])).stdout.split('\n')).toEqual(['app', 'shop-app-1', 'shop-app-2'])
})

test('restart: asked for, one instance, and a name that nothing is called', async () => {
  expect((await home.cul8er(['restart'])).exit).toBe(64)
  const { exit, stdout } = await home.cul8er(['restart', 'shop-app-2', '--yes', '--json'])
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, { topology: 'shop', operation: 'op-2', outcome: 'succeeded' }])
  const { steps } = JSON.parse(stdout) as OperationResult
  expect(steps.flatMap(({ instance }) => instance ?? [])).toEqual(['shop-app-2', 'shop-app-2'])
  const wrong = await home.cul8er(['restart', 'shop', 'ap', '--yes', '--json'])
  expect([wrong.exit, JSON.parse(wrong.stdout)]).toMatchObject([64, { outcome: 'failed', error: { code: 'USAGE' } }])
})

test('snapshot: taken, listed, completed, and deleted when somebody agrees', async () => {
  const made = await home.cul8er(['snapshot', 'create', '--name', 'before-import', '--json'])
  expect([made.exit, JSON.parse(made.stdout)]).toMatchObject([0, { topology: 'shop', outcome: 'succeeded' }])
  const again = await home.cul8er(['snapshot', 'create', 'shop', '--name', 'before-import', '--json'])
  expect([again.exit, JSON.parse(again.stdout)]).toMatchObject([64, { outcome: 'failed', error: { code: 'USAGE' } }])
  expect((await home.cul8er(['__snapshots'])).stdout.split('\n')).toContain('before-import')
  expect((await home.cul8er(['snapshot', 'delete', 'before-import'])).exit).toBe(64)
  expect((await home.cul8er(['snapshot', 'delete', 'before-import', '--yes'])).exit).toBe(0)
  expect((await home.cul8er(['__snapshots'])).stdout).not.toContain('before-import')
})

test('a shell without the secret plans the same as the last deploy', async () => {
  expect((await home.cul8er(['plan'])).exit).toBe(0)
})

test('a saved plan deploys, is private, and is refused once the world or the file moved', async () => {
  declare({ greeting: 'hello' })
  expect((await home.cul8er(['plan', '--out', 'shop.plan'], secret)).exit).toBe(2)
  const file = join(home.folder, 'shop.plan')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain(secret.SHOP_TOKEN)
  declare({ greeting: 'ahoy' })
  const changed = await home.cul8er(['deploy', '--plan', 'shop.plan', '--yes', '--json'])
  expect([changed.exit, JSON.parse(changed.stdout)]).toMatchObject([1, { error: { code: 'STALE_PLAN' } }])
  declare({ greeting: 'hello' })
  expect((await home.cul8er(['deploy', '--plan', 'shop.plan', '--yes'])).exit).toBe(0)
  const moved = await home.cul8er(['deploy', '--plan', 'shop.plan', '--yes', '--json'])
  expect([moved.exit, JSON.parse(moved.stdout)]).toMatchObject([
    1,
    { outcome: 'failed', error: { code: 'STALE_PLAN' } },
  ])
})

test('a dry run prints the commands and changes nothing', async () => {
  declare({ greeting: 'hello', replicas: 3 })
  const { exit, stdout } = await home.cul8er(['deploy', '--dry-run'], secret)
  expect(exit).toBe(0)
  expect(stdout).toContain('incus launch')
  expect(stdout).toContain('shop-app-3')
  expect(stdout).not.toContain(secret.SHOP_TOKEN)
  expect((await home.json<Status>(['status'])).instances).toHaveLength(2)
})

test('a second operation is refused with 3 and names the first; --wait waits', async () => {
  declare({ greeting: 'second', replicas: 12 })
  const first = await home.cul8er(['deploy', '--yes', '--detach', '--json'], secret)
  expect(JSON.parse(first.stdout)).toMatchObject({ topology: 'shop', detached: true })
  const { operation } = JSON.parse(first.stdout) as { operation: string }
  const second = await home.cul8er(['deploy', '--yes', '--json'], secret)
  expect([second.exit, JSON.parse(second.stdout)]).toMatchObject([
    3,
    { error: { code: 'OPERATION_IN_PROGRESS', details: { operation } } },
  ])
  const third = await home.cul8er(['deploy', '--yes', '--wait', '--json'], secret)
  expect([third.exit, JSON.parse(third.stdout)]).toMatchObject([0, { outcome: 'succeeded' }])
  expect(await home.json(['attach'])).toMatchObject({ operation: null })
})

test('steering nothing is refused with a reason', async () => {
  const { exit, stdout } = await home.cul8er(['promote', '--json'])
  expect([exit, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'NOTHING_TO_STEER' } }])
})

test('a rollback from a shell without the secret', async () => {
  const { exit, stdout } = await home.cul8er(['rollback', '--to', '1', '--yes', '--json'])
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, { outcome: 'succeeded', revision: 1 }])
  expect((await home.json<Status>(['status'])).instances).toHaveLength(2)
  const names = async (of: string): Promise<string[]> =>
    (await home.cul8er([`__${of}`, '--', 'history', 'shop'])).stdout.split('\n')
  expect((await names('revisions')).at(-1)).toBe('1')
  expect((await names('operations')).at(-1)).toBe('op-1')
  expect(await names('resources')).toEqual(['app'])
  const unknown = await home.cul8er(['rollback', '--to', '99', '--yes', '--json'])
  expect([unknown.exit, JSON.parse(unknown.stdout)]).toMatchObject([1, { error: { code: 'UNKNOWN_REVISION' } }])
})

test('history, ttl, state', async () => {
  const { operations } = await home.json<{ operations: LedgerState['history'] }>(['history'])
  expect(operations.at(-1)).toMatchObject({
    kind: 'rollback',
    outcome: 'succeeded',
    by: { directory: realpathSync(home.folder), options: expect.arrayContaining(['--to 1', '--yes']) as string[] },
  })
  const first = await home.json<{ steps: OperationResult['steps'] }>(['history', 'op-1'])
  expect(first).toMatchObject({ topology: 'shop', operation: 'op-1', outcome: 'succeeded' })
  expect(first.steps.map(({ name }) => name)).toContain('create')
  const { ttl } = await home.json<{ ttl: string }>(['ttl', 'set', '2h'])
  expect(Date.parse(ttl) - Date.now()).toBeGreaterThan(7_000_000)
  expect((await home.json<Status>(['status'])).ttl).toBe(ttl)
  expect(await home.json(['ttl', 'clear', 'shop'])).toEqual({ topology: 'shop', ttl: null })
  expect(await home.json(['state', 'list'])).toMatchObject({
    topologies: [{ topology: 'shop', revision: { desired: 1 } }],
  })
  await home.cul8er(['state', 'export', '--out', 'shop.state'])
  expect(await home.json(['state', 'import', 'shop.state'])).toMatchObject({ topology: 'shop' })
  const exported = JSON.parse(readFileSync(join(home.folder, 'shop.state'), 'utf8')) as LedgerState
  writeFileSync(join(home.folder, 'older.state'), JSON.stringify({ ...exported, lastOperation: 1, history: [] }))
  const edited = await home.cul8er(['state', 'import', 'older.state', '--json', '--yes', '--force'])
  expect([edited.exit, JSON.parse(edited.stdout)]).toMatchObject([1, { error: { code: 'PERMISSION' } }])
  const refusals = [['--trust'], ['--trust', '--yes']].map((more) =>
    home.cul8er(['state', 'import', 'older.state', '--json', ...more]),
  )
  const [unasked, newer] = await Promise.all(refusals)
  expect([unasked?.exit, JSON.parse(unasked?.stdout ?? '')]).toMatchObject([64, { error: { code: 'USAGE' } }])
  expect([newer?.exit, JSON.parse(newer?.stdout ?? '')]).toMatchObject([1, { error: { code: 'STATE_NEWER' } }])
  const forced = await home.json(['state', 'import', 'older.state', '--yes', '--force', '--trust'])
  expect(forced).toMatchObject({ topology: 'shop', revisions: exported.revisions.length })
  expect(await home.json(['state', 'import', 'shop.state', '--yes'])).toMatchObject({ topology: 'shop' })
  const known = await home.json<LedgerState>(['state', 'export'])
  expect(known).toEqual(exported)
  expect(known.history.at(-1)?.by).toMatchObject({ directory: home.folder, options: ['--to 1', '--yes', '--json'] })
  expect(readFileSync(join(home.folder, 'shop.state'), 'utf8')).not.toContain(secret.SHOP_TOKEN)
})

test('a Temporal that is killed in the middle of a deploy changes nothing of its end', async () => {
  declare({ greeting: 'through', replicas: 6 })
  const deploy = home.cul8er(['deploy', '--yes', '--json'], secret)
  await expect
    .poll(async () => (await home.json<LedgerState>(['state', 'export'])).current?.kind, { timeout: 20_000 })
    .toBe('deploy')
  const record = home.record()
  for (const part of [record?.temporal, record?.supervisor]) if (part != null) process.kill(part.pid, 'SIGKILL')
  // Somebody else takes its port, so that it comes back at another one.
  const thief = await listening(record?.port ?? 0)
  const { exit, stdout, stderr } = await deploy
  // What it said otherwise is told as well.
  expect({ exit, stderr, result: stdout === '' ? null : (JSON.parse(stdout) as unknown) }).toMatchObject({
    exit: 0,
    result: { outcome: 'succeeded' },
  })
  expect((await home.json<Status>(['status'])).instances).toHaveLength(6)
  expect(home.record()?.port).not.toBe(record?.port)
  thief.close()
})

async function listening(port: number): Promise<Server> {
  for (;;) {
    const server = createServer((socket) => socket.destroy())
    const listens = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (listens) return server
    await sleep(5)
  }
}

test('destroy removes all of it; afterwards there is nothing and no orphan', async () => {
  const { exit, stdout } = await home.cul8er(['destroy', 'shop', '--yes', '--json'])
  expect([exit, JSON.parse(stdout)]).toMatchObject([0, { outcome: 'succeeded' }])
  expect(await home.json(['status', 'shop'])).toMatchObject({ revision: { desired: null }, instances: [] })
  // Other tests have instances of theirs on this machine.
  const { orphans, hosts } = await home.json<{ orphans: { topology: string }[]; hosts: string[] }>(['orphans'])
  expect(orphans.filter(({ topology }) => topology === 'shop')).toEqual([])
  expect(hosts).toEqual(['one'])
  const again = await home.cul8er(['destroy', 'shop', '--yes'])
  expect([again.exit, again.stdout]).toEqual([
    0,
    expect.stringMatching(/^✔ shop is not deployed here: there is nothing/),
  ])
  expect((await home.cul8er(['state', 'forget', 'shop', '--yes'])).stdout).toBe('shop is forgotten')
  const unknown = await home.cul8er(['status', 'nowhere', '--json'])
  expect([unknown.exit, JSON.parse(unknown.stdout)]).toMatchObject([1, { error: { code: 'UNKNOWN_TOPOLOGY' } }])
})
