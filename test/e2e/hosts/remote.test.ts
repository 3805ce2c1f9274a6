import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cul8erError } from '../../../src/errors.js'
import type { HostRow, OperationResult } from '../../../src/contracts/index.js'
import { canRunLab } from '../../support/lab/can-run.js'
import type { LabHost } from '../../support/lab/host.js'
import { Lab } from '../../support/lab/lab.js'
import { until } from '../../support/until.js'
import { Home } from '../service/home.js'
import { writeRelease } from '../strategies/app.js'

/* A host that is reached by https alone, as one with IncusOS is: an Incus of its own, by its API. */

const NAME = 'far'
const PORT = 21_480

describe.skipIf(!canRunLab())('a host with an https address', { timeout: 120_000 }, () => {
  const home = new Home()
  let lab: Lab
  let host: LabHost

  const declare = (version: string): Promise<void> =>
    writeFile(
      join(home.folder, 'cul8er.config.json'),
      JSON.stringify({
        name: NAME,
        hosts: { store: { address: `https://${host.address}:8443`, platform: 'debian' } },
        resources: {
          web: {
            type: 'container',
            replicas: 2,
            image: 'cul8er/edge',
            deploy: { release: 'app', version },
            healthcheck: {
              endpoint: 'http://localhost:4000/',
              interval: '200ms',
              minHealthyTime: '0s',
              deadline: '30s',
            },
            network: { expose: [{ port: 4000, as: PORT, protocol: 'http' }] },
          },
        },
      }),
    )
  const add = (...args: string[]) =>
    home.json<{ error?: Cul8erError; trusted?: true }>(['hosts', 'add', 'store', ...args])
  const deploy = () => home.json<OperationResult & { error?: Cul8erError }>(['deploy', '--yes'])
  const instances = (): Promise<string> => host.incus('list', '-f', 'csv', '-c', 'n')
  const fingerprint = async (): Promise<string> =>
    /certificate_fingerprint: (\S+)/.exec(await host.incus('info'))?.[1] ?? ''
  const says = async (): Promise<string> => (await fetch(`http://${host.address}:${PORT}/`)).text()

  beforeAll(async () => {
    // The image comes from this machine.
    lab = await Lab.up({ name: 'https', hosts: 1, https: true, images: ['tiny'] })
    host = lab.hosts[0]!
    await writeRelease(join(home.folder, 'releases'), '1.0.0')
    await writeRelease(join(home.folder, 'releases'), '2.0.0')
    await declare('1.0.0')
  }, 120_000)
  afterAll(async () => {
    await home.remove()
    await lab?.down()
  })

  it('is not used before it was added, and nothing is made', async () => {
    expect((await deploy()).error).toMatchObject({
      code: 'HOST_NOT_TRUSTED',
      hint: 'on the machine of the worker, run cul8er hosts add store',
    })
    expect(await instances()).toBe('')
  })

  it('is not added with another certificate than the one that was named', async () => {
    const other = '0'.repeat(64)
    const foreign = Buffer.from(JSON.stringify({ fingerprint: other, addresses: [], secret: 'x' })).toString('base64')
    expect((await add('--yes', '--fingerprint', other)).error?.code).toBe('HOST_NOT_TRUSTED')
    expect((await add('--yes', '--token', foreign)).error?.code).toBe('HOST_NOT_TRUSTED')
    expect((await deploy()).error?.code).toBe('HOST_NOT_TRUSTED')
  })

  it('that does not trust this machine says what to do', async () => {
    expect((await add('--fingerprint', await fingerprint())).error).toMatchObject({
      code: 'PERMISSION',
      hint: expect.stringContaining('incus config trust add') as string,
    })
    expect((await deploy()).error?.code).toBe('PERMISSION')
    expect(await instances()).toBe('')
  })

  it('is added with a token, twice is harmless, and the token stays nowhere', async () => {
    const token = await host.incus('config', 'trust', 'add', 'cul8er', '--quiet')
    const file = join(home.folder, 'token')
    await writeFile(file, token)
    expect((await add('--token-file', file)).trusted).toBe(true)
    expect((await add('--token-file', file)).trusted).toBe(true)
    await rm(file)
    const kept = await readdir(home.path, { recursive: true, withFileTypes: true })
    for (const each of kept.filter((entry) => entry.isFile()))
      expect((await readFile(join(each.parentPath, each.name))).includes(token.trim())).toBe(false)
  })

  it('is deployed to, updated and cleaned', async () => {
    expect((await deploy()).outcome).toBe('succeeded')
    expect(await until(async () => ((await says()) === 'version 1.0.0' ? 'version 1.0.0' : null))).toBe('version 1.0.0')
    await declare('2.0.0')
    expect((await deploy()).outcome).toBe('succeeded')
    expect(await says()).toBe('version 2.0.0')
    const { instances: rows } = await home.json<{ instances: { health: string }[] }>(['status', NAME])
    expect(rows.map(({ health }) => health)).toEqual(['healthy', 'healthy'])
    const { hosts } = await home.json<{ hosts: HostRow[] }>(['hosts'])
    // With the edge.
    expect(hosts).toMatchObject([{ name: 'store', kind: 'incus', reachable: true, instances: { ours: 3, all: 3 } }])
    expect(await home.json<{ ok: boolean }>(['hosts', 'check'])).toMatchObject({ ok: true })
    const { stdout } = await home.cul8er(['exec', NAME, 'far-web-1', '--', 'echo', 'inside'])
    expect(stdout).toBe('inside')
    expect((await home.cul8er(['destroy', NAME, '--yes'])).exit).toBe(0)
    expect(await instances()).not.toContain(`${NAME}-`)
  })

  it('with another certificate than before is not used until somebody accepts that one by its name', async () => {
    const before = await fingerprint()
    await host.exec(['rm', '/var/lib/incus/server.crt', '/var/lib/incus/server.key'])
    await host.powerCut()
    await host.boot()
    const now = await fingerprint()
    expect(now).not.toBe(before)
    expect((await deploy()).error).toMatchObject({
      code: 'HOST_KEY_CHANGED',
      details: { found: now, accepted: before },
    })
    expect((await add('--yes')).error?.code).toBe('HOST_KEY_CHANGED')
    expect((await add('--fingerprint', now)).trusted).toBe(true)
    expect((await deploy()).outcome).toBe('succeeded')
  })
})
