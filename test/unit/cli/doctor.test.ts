import { describe, expect, it, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check } from '../../../src/cli/doctor/check.js'
import { imagesCheck, vmsCheck } from '../../../src/cli/doctor/checks.js'
import { existing, homeCheck } from '../../../src/cli/doctor/home.js'
import { lacksForVms, vmsLack, vmUnsupported } from '../../../src/hosts/virtual-machines.js'
import type { HostExecutor } from '../../../src/hosts/executor.js'
import { cul8er } from './terminal.js'

describe('the home', () => {
  const mine = { isFolder: true, mode: 0o40700, uid: 7 }
  const look = { entries: ['service.json', 'seal.key'], writable: true, asker: 7 }

  it.each([
    ['of ours', mine, look, 'ok', undefined],
    ['of ours that others can read', { ...mine, mode: 0o40755 }, look, 'warning', /then chmod 700 \/h$/],
    ['of ours that others can write', { ...mine, mode: 0o40777 }, look, 'failure', /then chmod 700 \/h$/],
    ['empty', { ...mine, mode: 0o40755 }, { ...look, entries: [] }, 'warning', /chmod 700/],
    ['of a worker alone', { ...mine, mode: 0o40755 }, { ...look, entries: ['artifacts'] }, 'warning', /chmod 700/],
    [
      'with other things, readable',
      { ...mine, mode: 0o40755 },
      { ...look, entries: ['photos', 'logs'] },
      'warning',
      /^set CUL8ER_HOME to a folder of its own/,
    ],
    [
      'with other things, such as /tmp',
      { ...mine, mode: 0o41777 },
      { ...look, entries: ['photos'] },
      'failure',
      /^set CUL8ER_HOME to a folder of its own/,
    ],
    ['of somebody else', { ...mine, uid: 0 }, look, 'failure', /^set CUL8ER_HOME to a folder of your own/],
    ['on a disk that is read only', mine, { ...look, writable: false }, 'failure', /^set CUL8ER_HOME/],
    ['a file', { ...mine, isFolder: false, mode: 0o100644 }, look, 'failure', /^set CUL8ER_HOME to a folder, or/],
  ] as const)('%s', (_, found, seen, outcome, hint) => {
    const check = homeCheck('/h', found, seen)
    expect(check.outcome).toBe(outcome)
    if (hint === undefined) expect(check.hint).toBeUndefined()
    else expect(check.hint).toMatch(hint)
  })
})

it.each([
  ['the folder itself', tmpdir(), tmpdir()],
  ['the one above what is not there', join(tmpdir(), 'no', 'such', 'home'), tmpdir()],
  ['the root at last', '/no/such/home', '/'],
])('looks at %s', async (_what, folder, found) => {
  expect(await existing(folder)).toBe(found)
})

describe('virtual machines', () => {
  const answering = (driver: string) =>
    ({
      run: () =>
        Promise.resolve({ stdout: JSON.stringify({ environment: { server_version: '6.0', driver } }), stderr: '' }),
    }) as unknown as HostExecutor

  it.each([
    ['lxc | qemu', null],
    ['lxc', 'its Incus does not have the driver qemu'],
  ])('a host whose Incus has %s lacks %s', async (driver, lack) => {
    expect(await lacksForVms(answering(driver), { local: false })).toBe(lack)
  })

  it('doctor and plan say the same words', () => {
    const lack = vmsLack(['/dev/vhost-vsock'])
    expect(vmsCheck(lack)).toMatchObject({
      outcome: 'warning',
      found: 'this machine cannot run virtual machines: no /dev/vhost-vsock',
    })
    expect(vmUnsupported('here', lack, ['shop-db-1'])).toMatchObject({
      code: 'VM_UNSUPPORTED',
      message: 'host here cannot run virtual machines: no /dev/vhost-vsock (shop-db-1)',
    })
    expect(vmsCheck(null)).toMatchObject({ outcome: 'ok' })
  })
})

test('the sample of a page has the lines that doctor prints', { timeout: 60_000 }, async () => {
  const sample = readFileSync('docs/first-deploy.md', 'utf8').split('$ cul8er doctor\n')[1]?.split('```')[0] ?? ''
  const { stdout } = await cul8er(['doctor', '--json'], { env: { CUL8ER_HOME: join(tmpdir(), 'cul8er-none') } })
  const { checks } = JSON.parse(stdout) as { checks: Check[] }
  expect([...sample.matchAll(/^[✔!✘] (\w+) /gm)].map(([, name]) => name)).toEqual(checks.map(({ name }) => name))
  const fitting = [
    imagesCheck([
      { name: 'edge', ageDays: 1 },
      { name: 'tiny', ageDays: 1 },
    ]),
    homeCheck(
      '/home/ada/.local/state/cul8er',
      { isFolder: true, mode: 0o40700, uid: 1000 },
      { entries: [], writable: true, asker: 1000 },
    ),
    vmsCheck(null),
  ]
  for (const { name, found } of fitting) expect(sample).toContain(`✔ ${name.padEnd(8)} ${found}\n`)
})
