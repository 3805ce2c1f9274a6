import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { LedgerState } from '../../src/contracts/index.js'
import type { SavedPlan } from '../../src/client/index.js'
import { Rig } from '../support/rig.js'
import { shop } from '../support/shop.js'
import { TEST_KEY } from '../support/signing.js'
import { tarball } from '../support/tarballs.js'
import { cul8er, type Ran } from '../unit/cli/terminal.js'

/* A file from somebody: a saved plan or an exported state that was made elsewhere, or changed on its way. */

describe('a file from somebody', { timeout: 150_000 }, () => {
  let rig: Rig
  let ran: string
  let number = 0
  beforeAll(async () => {
    rig = await Rig.start()
    ran = join(rig.folder, 'ran')
    await mkdir(join(rig.folder, 'releases'))
    for (const version of ['1.0.0', '1.1.0', '6.6.6']) {
      const emulated = JSON.stringify({ version, port: 4000 })
      const { bytes } = await tarball({ 'bin/shop': '#!/bin/sh\n', 'emulated.json': emulated })
      await writeFile(join(rig.folder, 'releases', `shop-${version}.tar.gz`), bytes)
    }
    writeFileSync(join(rig.folder, 'cul8er.config.json'), JSON.stringify(shop('1.0.0', { web: { replicas: 1 } })))
    expect(await run(['deploy', '--yes'])).toMatchObject({ exit: 0 })
  })
  afterAll(() => rig.stop())
  beforeEach(() => (number += 1))

  const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    cul8er(['--address', rig.env.address, ...args], {
      cwd: rig.folder,
      env: { CUL8ER_HOME: rig.folder, CUL8ER_SEAL_KEY: TEST_KEY.toString('base64'), ...env },
    })
  /** Another machine's home. */
  const elsewhere = { CUL8ER_SEAL_KEY: Buffer.alloc(32, 'other').toString('base64') }

  const read = <Content>(file: string): Content => JSON.parse(readFileSync(join(rig.folder, file), 'utf8')) as Content
  const write = (content: unknown): string => {
    const file = `altered-${number}`
    writeFileSync(join(rig.folder, file), JSON.stringify(content))
    return file
  }
  const plan = async (): Promise<SavedPlan> => {
    expect((await run(['plan', '--version', '1.1.0', '--out', 'shop.plan'])).exit).toBe(2)
    return read('shop.plan')
  }
  const exported = async (): Promise<LedgerState & { mac: string }> => {
    expect((await run(['state', 'export', 'shop', '--out', 'shop.state'])).exit).toBe(0)
    return read('shop.state')
  }
  const world = async () => ({ instances: rig.instances(), state: await rig.ledger('shop') })
  /** Nothing happened, and what was to run did not. */
  const refused = async (args: string[]): Promise<void> => {
    const before = await world()
    const { exit, stdout } = await run([...args, '--json'])
    expect([exit, JSON.parse(stdout)]).toMatchObject([1, { error: { code: 'PERMISSION' } }])
    expect((JSON.parse(stdout) as { error: { hint: string } }).error.hint).toContain('--trust')
    expect(await world()).toEqual(before)
    expect(existsSync(ran)).toBe(false)
  }

  const withSecret = (saved: SavedPlan): SavedPlan => {
    const copy = structuredClone(saved)
    Object.assign(copy.revision.topology.resources.web?.environment ?? {}, {
      EXTRA: { secret: { from: 'command', key: `touch ${ran}` } },
    })
    return copy
  }
  const withVersion = (saved: SavedPlan): SavedPlan =>
    JSON.parse(JSON.stringify(saved).replaceAll('1.1.0', '6.6.6')) as SavedPlan

  it.each<[string, (saved: SavedPlan) => unknown]>([
    ['one more command secret', withSecret],
    ['another version of the release', withVersion],
    ['another fingerprint', (saved) => ({ ...saved, fingerprint: '0'.repeat(32) })],
    ['another host left out', (saved) => ({ ...saved, without: ['one'] })],
    ['no MAC', ({ mac: _mac, ...saved }) => saved],
    ['a MAC of nothing', (saved) => ({ ...saved, mac: '' })],
    ['a MAC of zeros', (saved) => ({ ...saved, mac: '0'.repeat(64) })],
  ])('a plan with %s is refused, dry or not', async (_what, alter) => {
    const file = write(alter(await plan()))
    await refused(['deploy', '--plan', file, '--yes'])
    await refused(['deploy', '--plan', file, '--dry-run'])
  })

  it('a plan of another home is refused', async () => {
    const { mac, ...content } = await plan()
    const { signed } = await import('../../src/client/signed-file.js')
    const { derivedKey } = await import('../../src/secrets/derived-key.js')
    const key = (env: { CUL8ER_SEAL_KEY: string }) => derivedKey(Buffer.from(env.CUL8ER_SEAL_KEY, 'base64'), 'files')
    expect(signed('saved plan', content, derivedKey(TEST_KEY, 'files')).mac).toBe(mac)
    await refused(['deploy', '--plan', write(signed('saved plan', content, key(elsewhere))), '--yes'])
    // Of this home, but the MAC is of another kind of file.
    await refused([
      'deploy',
      '--plan',
      write(signed('exported state', content, derivedKey(TEST_KEY, 'files'))),
      '--yes',
    ])
  })

  it.each<[string, (state: LedgerState & { mac: string }) => unknown]>([
    ['a ttl that has passed', (state) => ({ ...state, expiresAt: '2020-01-01T00:00:00Z' })],
    ['a ttl in a minute', (state) => ({ ...state, expiresAt: new Date(Date.now() + 60_000).toISOString() })],
    ['another image', (state) => JSON.parse(JSON.stringify(state).replaceAll('cul8er/tiny', 'evil/tiny')) as unknown],
    ['no MAC', ({ mac: _mac, ...state }) => state],
  ])('an export with %s is refused', async (_what, alter) => {
    const file = write(alter(await exported()))
    await refused(['state', 'import', file, '--yes'])
    await refused(['state', 'import', file, '--yes', '--force'])
  })

  it('what is ours goes in without a question more', async () => {
    await exported()
    expect(await run(['state', 'import', 'shop.state', '--json'])).toMatchObject({ exit: 0 })
  })

  it('trusted, an export loses its past times and says so', async () => {
    const before = await world()
    const file = write({ ...(await exported()), expiresAt: '2020-01-01T00:00:00Z' })
    expect(await run(['state', 'import', file, '--trust', '--json'])).toMatchObject({ exit: 64 })
    const { exit, stdout, stderr } = await run(['state', 'import', file, '--trust', '--yes', '--json'])
    expect(exit).toBe(0)
    expect(stderr).toContain('This exported state of shop was not made here')
    expect(stdout).toContain('its ttl has passed, but it is not destroyed')
    await rig.env.sleep(500)
    expect(await world()).toEqual(before)
  })

  it('trusted, a plan shows what it would run before it asks, and then does it', async () => {
    const file = write(withSecret(await plan()))
    const unasked = await run(['deploy', '--plan', file, '--trust', '--json'])
    expect(unasked.exit).toBe(64)
    expect(existsSync(ran)).toBe(false)
    const { stderr } = await run(['deploy', '--plan', file, '--trust', '--yes', '--quiet', '--json'])
    expect(stderr).toContain(`web: for the secret EXTRA the worker runs "touch ${ran}"`)
    expect(stderr).toContain('web: installs the release shop 1.1.0')
    expect(existsSync(ran)).toBe(true)
  })
})
