import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostCheck } from '../../../src/contracts/index.js'
import type { Cul8erError } from '../../../src/errors.js'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { Home } from '../service/home.js'

/* Hosts that have Incus; test/campaign has one that has nothing. */

interface SetUp {
  dryRun: boolean
  ok?: boolean
  notes: string[]
  steps: { name: string; words: string; commands?: string[] }[]
  checks?: HostCheck[]
  error?: Cul8erError
}

describe.skipIf(!canRunLab())('hosts setup (needs root, Incus and sshd)', { timeout: 120_000 }, () => {
  const home = new Home()
  let lab: Lab
  let h1: LabHost
  let h2: LabHost
  const setup = (...args: string[]) => home.json<SetUp>(['hosts', 'setup', ...args])

  beforeAll(async () => {
    lab = await Lab.up({ hosts: 2, name: 'setup', images: [] })
    ;[h1, h2] = lab.hosts as [LabHost, LabHost]
    const hosts = Object.fromEntries(
      lab.hosts.map(({ name, user, address, key }) => [
        name,
        { address: `${user}@${address}`, platform: 'debian', credentials: { ssh: { key } } },
      ]),
    )
    const resources = { web: { type: 'container', image: 'images:debian/12' } }
    await writeFile(join(home.folder, 'cul8er.config.json'), JSON.stringify({ name: 'shop', hosts, resources }))
    expect((await home.cul8er(['hosts', 'trust', 'h1', '--yes'])).exit).toBe(0)
    expect((await home.cul8er(['hosts', 'trust', 'h2', '--yes'])).exit).toBe(0)
  })
  afterAll(async () => {
    await home.remove()
    await lab?.down()
  })

  it('does nothing on a host that is set up', async () => {
    const before = await h1.incus('network', 'show', 'incusbr0')
    const done = await setup('h1')
    expect(done).toMatchObject({ dryRun: false, ok: true, steps: [], notes: [] })
    expect(done.checks?.find(({ name }) => name === 'bridge')).toMatchObject({ outcome: 'ok' })
    expect(await h1.incus('network', 'show', 'incusbr0')).toBe(before)
  })

  it("leaves somebody's interface alone, and makes another bridge when told its name", async () => {
    await h2.incus('profile', 'device', 'remove', 'default', 'eth0')
    await h2.incus('network', 'delete', 'incusbr0')
    await h2.exec(['ip', 'link', 'add', 'incusbr0', 'type', 'bridge'])
    expect((await setup('h2', '--yes')).error).toMatchObject({ code: 'NAME_CLASH' })
    expect(await h2.exec(['ip', '-brief', 'link', 'show', 'incusbr0'])).toContain('incusbr0')

    const bridge = ['--bridge', 'shopbr0']
    const planned = await setup('h2', '--dry-run', ...bridge)
    expect(planned.steps.map(({ name }) => name)).toEqual(['bridge', 'profile'])
    expect(planned.steps[0]?.commands?.[0]).toMatch(/^incus network create shopbr0 .*'ipv4\.address=10\.119\.0\.1\/24'/)
    expect(await h2.incus('network', 'list', '--format', 'csv')).not.toContain('shopbr0')

    expect(await setup('h2', '--yes', ...bridge)).toMatchObject({ ok: true, steps: [{}, {}] })
    expect(await h2.incus('profile', 'device', 'get', 'default', 'eth0', 'network')).toContain('shopbr0')
    expect(await setup('h2', ...bridge)).toMatchObject({ ok: true, steps: [] })
  })

  it('is for hosts over SSH, by their names', async () => {
    const named = expect.stringContaining('there are h1, h2') as string
    expect((await setup('h3')).error).toMatchObject({ code: 'USAGE', message: named })
    expect((await setup('h1', '--bridge', 'a_name_that_is_too_long')).error?.code).toBe('USAGE')
  })
})
