import { describe, expect, it } from 'vitest'
import { carryOutSetup } from '../../../src/host-setup/carry-out.js'
import { aptInstall } from '../../../src/host-setup/distributions/apt.js'
import { arch } from '../../../src/host-setup/distributions/arch.js'
import type { MachineResult } from '../../../src/host-setup/machine.js'
import { setupPlan, type SetupStep } from '../../../src/host-setup/plan.js'
import { rootOf, routesIn } from '../../../src/host-setup/probe.js'
import { incus, machine, TRIXIE, wishes } from './world.js'

const quiet = { begins: () => undefined, done: () => undefined }

/** A machine whose programs answer like this. */
function answering(answer: (argv: readonly string[]) => Partial<MachineResult>) {
  const ran: string[] = []
  const run = async (argv: readonly string[]): Promise<MachineResult> => {
    ran.push(argv.join(' '))
    return { exitCode: 0, stdout: '', stderr: '', ...answer(argv) }
  }
  return { ran, run }
}

it('stops at the first program that fails, and says which', async () => {
  const { steps } = setupPlan(machine(TRIXIE), wishes())
  const host = answering((argv) => (argv.includes('storage') ? { exitCode: 1, stderr: 'Error: no\nreally\n' } : {}))
  const done: string[] = []
  const all = { ...quiet, done: ({ name }: { name: string }) => done.push(name) }
  await expect(carryOutSetup(host, steps, all)).rejects.toMatchObject({
    code: 'INCUS',
    message: 'create the storage pool default (dir): incus storage create failed: Error: no; really',
  })
  expect(done).toEqual(['ids', 'packages', 'service'])
  expect(host.ran.at(-1)).toBe('incus storage create default dir')
})

it('takes what is there by now for done', async () => {
  const { steps } = setupPlan(machine(TRIXIE, { zstd: true, incus: incus({ pools: [], devices: {} }) }), wishes())
  const host = answering(() => ({ exitCode: 1, stderr: 'Error: The storage pool already exists' }))
  expect((await carryOutSetup(host, steps, quiet)).map(({ name }) => name)).toEqual(['pool', 'profile'])
})

describe('what package managers say', () => {
  const apt = aptInstall(['incus-base'])
  const pacman = arch.install(['incus'])
  it.each([
    ['apt without a network', apt, "W: Failed to fetch http://m/x  Temporary failure resolving 'm'", 'UNREACHABLE'],
    ['apt without the package', apt, 'E: Unable to locate package incus-base', 'NOT_FOUND'],
    [
      'apt with a package that has no version',
      apt,
      "E: Package 'incus-base' has no installation candidate",
      'NOT_FOUND',
    ],
    ['apt otherwise', apt, 'E: dpkg was interrupted', 'INCUS'],
    ['pacman without a network', pacman, 'error: failed retrieving file', 'UNREACHABLE'],
    ['pacman without the package', pacman, 'error: target not found: incus', 'NOT_FOUND'],
  ])('%s', async (_, commands, stderr, code) => {
    const step: SetupStep = { name: 'packages', words: 'install', commands }
    const host = answering((argv) => (argv.includes('update') ? {} : { exitCode: 100, stderr }))
    await expect(carryOutSetup(host, [step], quiet)).rejects.toMatchObject({ code })
  })
})

describe('apt that does not get every list', () => {
  const unfetched = "W: Failed to fetch http://other/x  Temporary failure resolving 'other'"
  const installing = async (install: Partial<MachineResult>): Promise<unknown> => {
    const step: SetupStep = { name: 'packages', words: 'install', commands: aptInstall(['incus-base']) }
    const host = answering((argv) => (argv.includes('update') ? { exitCode: 100, stderr: unfetched } : install))
    return carryOutSetup(host, [step], quiet).catch((error: unknown) => error)
  }
  it('installs what the others have', async () => {
    expect(await installing({})).toMatchObject([{ name: 'packages' }])
  })
  it('says so where the package is missing', async () => {
    const missing = { exitCode: 100, stderr: 'E: Unable to locate package incus-base' }
    expect(await installing(missing)).toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringContaining('other') as string,
    })
  })
})

it('runs programs as root by sudo where the login is not root', async () => {
  const host = answering(() => ({}))
  await rootOf(host, 'sudo').run(['id'])
  await rootOf(host, 'login').run(['id'])
  expect(host.ran).toEqual([
    'sudo -n env LC_ALL=C DEBIAN_FRONTEND=noninteractive INCUS_REMOTE=local INCUS_PROJECT=default id',
    'id',
  ])
})

it('reads the routes of the kernel', () => {
  const table = `Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
eth0 00000000 0100760A 0003 0 0 1024 00000000 0 0 0
eth0 0000760A 00000000 0001 0 0 1024 00FFFFFF 0 0 0
wg0 000010AC 00000000 0001 0 0 0 0000F0FF 0 0 0
`
  expect(routesIn(table)).toEqual(['10.118.0.0/24', '172.16.0.0/12'])
})
