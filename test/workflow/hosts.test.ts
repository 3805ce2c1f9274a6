import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { HostChecks, HostRow } from '../../src/contracts/index.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { Cul8er } from '../../src/client/index.js'
import { cul8er as run } from '../unit/cli/terminal.js'

/* The commands that look at hosts, from the command line to emulated hosts. */

describe('hosts', () => {
  let rig: Rig
  let client: Cul8er
  const declared = shop('', { web: { deploy: undefined, replicas: 2 } }) as { hosts: Record<string, object> }
  /** The key that the rig signs with is in this process's own. */
  const environment = () => ({ ...process.env, TEMPORAL_ADDRESS: rig.env.address, CUL8ER_HOME: rig.folder })
  const cul8er = (...args: string[]) => run(args, { cwd: rig.folder, env: environment() })

  beforeAll(async () => {
    rig = await Rig.start()
    client = await Cul8er.connect({ address: rig.env.address, home: rig.folder })
    const hosts = { ...declared.hosts, two: { address: 'localhost', platform: 'emulated' } }
    await writeFile(join(rig.folder, 'cul8er.config.json'), JSON.stringify({ ...declared, hosts }))
  })
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const rows = async (...args: string[]): Promise<HostRow[]> =>
    (JSON.parse((await cul8er('hosts', ...args, '--json')).stdout) as { hosts: HostRow[] }).hosts
  const checks = async (...args: string[]) => {
    const { exit, stdout } = await cul8er('hosts', 'check', ...args, '--json')
    return { exit, ...(JSON.parse(stdout) as { ok: boolean; hosts: HostChecks[] }) }
  }

  it('shows what each is, has and uses', async () => {
    const operation = await client.deploy(
      shop('', { web: { deploy: undefined, network: undefined, replicas: 2 } }) as never,
    )
    expect((await operation.result()).outcome).toBe('succeeded')
    const [one, two] = await rows()
    expect(one).toMatchObject({
      ...{ name: 'one', address: 'localhost', kind: 'emulated', platform: 'emulated', reachable: true, incus: '6.0.4' },
      ...{ architecture: 'x86_64', vms: true, pools: [{ name: 'default', driver: 'btrfs' }] },
      instances: { ours: 2, all: 2 },
    })
    expect(one?.memory?.totalMiB).toBeGreaterThan(one?.memory?.usedMiB ?? Infinity)
    expect(two).toMatchObject({ name: 'two', instances: { ours: 0, all: 0 } })
  })

  it('of a topology as it is deployed, where the file has none of that name', async () => {
    expect((await rows('shop')).map(({ name }) => name)).toEqual(['one', 'two'])
    const elsewhere = await run(['hosts', 'shop', '--json'], {
      cwd: '/',
      env: environment(),
    })
    const { hosts } = JSON.parse(elsewhere.stdout) as { hosts: HostRow[] }
    expect(hosts.map(({ name }) => name)).toEqual(['one'])
  })

  it('one that does not answer is shown with the reason, beside the others', async () => {
    rig.emulator.fault({ match: { host: 'two' }, fault: 'refuse', times: 'always' })
    const { exit, stdout } = await cul8er('hosts')
    const found = await rows()
    const { ok, hosts } = await checks()
    rig.emulator.clearFaults()
    expect(exit).toBe(1)
    expect(stdout).toMatch(/^✘ two: .*\(UNREACHABLE\)$/m)
    expect(found.map(({ name, reachable, error }) => [name, reachable, error?.code])).toEqual([
      ['one', true, undefined],
      ['two', false, 'UNREACHABLE'],
    ])
    expect(ok).toBe(false)
    expect(hosts.map(({ host, checks: all }) => [host, all[0]?.outcome])).toEqual([
      ['one', 'ok'],
      ['two', 'failure'],
    ])
  })

  it('checks what a deploy needs', async () => {
    const { exit, ok, hosts } = await checks('one')
    expect([exit, ok]).toEqual([0, true])
    expect(hosts).toHaveLength(1)
    expect(hosts[0]?.checks.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([
      'reachable: ok',
      'Incus: ok',
      'permission: ok',
      'platform: ok',
      'storage pool: ok',
      'bridge: ok',
      'profile: ok',
      'room: ok',
      'image of web: ok',
      'ports of shop: ok',
    ])
    expect((await cul8er('hosts', 'check', 'on')).stderr).toContain('did you mean one?')
  })

  it('a port that another topology has fails, with what to do', async () => {
    const claims = { routes: [{ topology: 'other', as: 8080, host: null, protocol: 'tcp' as const }], taken: [] }
    const edge = rig.deps.edgeFor('one', (await client.deployed('shop')).hosts.one!)
    const claimed = vi.spyOn(edge, 'claims').mockResolvedValue(claims)
    const { exit, hosts } = await checks('one')
    claimed.mockRestore()
    expect(exit).toBe(1)
    expect(hosts[0]?.checks.filter(({ outcome }) => outcome === 'failure')).toMatchObject([
      { name: 'ports of shop', found: expect.stringContaining('8080') as string, hint: expect.any(String) as string },
    ])
  })

  it('cordons one and lets it in again, on the host itself; twice is harmless', async () => {
    const cordon = async (...args: string[]) =>
      JSON.parse((await cul8er('hosts', ...args, '--json')).stdout) as { cordoned: unknown; changed: boolean }
    const first = await cordon('cordon', 'two', '--reason', 'disk  fails')
    expect(first).toMatchObject({ changed: true, cordoned: { reason: 'disk fails', by: expect.any(String) as string } })
    expect(await cordon('cordon', 'two')).toEqual({ ...first, changed: false })
    expect(rig.emulator.state().two?.config).toEqual({ 'user.cul8er.cordoned': JSON.stringify(first.cordoned) })
    expect((await rows()).map(({ name, cordoned }) => [name, cordoned])).toEqual([
      ['one', null],
      ['two', first.cordoned],
    ])
    expect((await cul8er('hosts')).stdout).toMatch(
      /^! two is cordoned since .* by .*: disk fails; cul8er hosts uncordon two$/m,
    )
    expect(await checks('two')).toMatchObject({
      exit: 0,
      hosts: [
        { checks: expect.arrayContaining([expect.objectContaining({ name: 'cordon', outcome: 'warning' })]) as [] },
      ],
    })
    expect(await cordon('cordon', 'two', '--reason', 'fan')).toMatchObject({
      changed: true,
      cordoned: { ...(first.cordoned as object), reason: 'fan' },
    })
    expect(await cordon('uncordon', 'two')).toMatchObject({ changed: true, cordoned: null })
    expect(await cordon('uncordon', 'two')).toMatchObject({ changed: false, cordoned: null })
    expect(rig.emulator.state().two?.config).toEqual({})
    expect(await cul8er('hosts', 'cordon', 'tow')).toMatchObject({
      exit: 64,
      stderr: expect.stringContaining('did you mean two?') as string,
    })
    expect((await cul8er('hosts', 'cordon', 'two', '--reason', ' ')).exit).toBe(64)
  })
})
