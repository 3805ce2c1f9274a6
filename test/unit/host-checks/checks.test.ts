import { expect, it } from 'vitest'
import type { HostFacts, HostWants } from '../../../src/host-checks/check.js'
import { HOST_CHECKS } from '../../../src/host-checks/registry.js'
import type { Resource } from '../../../src/topology/model.js'

const SERVER = {
  ...{ version: '6.0.4', name: 'h', drivers: ['lxc'], containers: true, vms: false },
  ...{ architectures: ['x86_64'], os: 'Debian GNU/Linux 12', trusted: true, cordoned: null },
}
const ROOT = { type: 'disk', path: '/', pool: 'default' }
const NIC = { type: 'nic', network: 'incusbr0' }
const BRIDGE = { name: 'incusbr0', type: 'bridge', managed: true, config: { 'ipv4.address': '10.1.1.1/24' } }
const POOL = { name: 'default', driver: 'zfs', status: 'Created', config: {} }

const facts = (more: Partial<HostFacts> = {}): HostFacts => ({
  server: SERVER,
  cpus: 4,
  memory: { totalMiB: 8192, usedMiB: 1024 },
  pools: [POOL],
  networks: [BRIDGE],
  devices: { root: ROOT, eth0: NIC },
  rootPool: { totalMiB: 20480, usedMiB: 10240 },
  ...more,
})
const wants = (resources: Record<string, { type?: 'vm' | 'container'; memoryMiB?: number }> = {}): HostWants => ({
  name: 'web',
  host: { platform: 'debian' },
  resources: Object.fromEntries(
    Object.entries(resources).map(([name, { type = 'container', memoryMiB = null }]) => [
      name,
      { type, limits: { cpu: null, memoryMiB, diskMiB: null } } as unknown as Resource,
    ]),
  ),
})
const judged = (name: string, told: HostFacts, wanted: HostWants) => {
  const found = HOST_CHECKS.find((check) => check.name === name)!.judge(told, wanted)
  return found === null ? null : `${found.outcome}: ${found.found}`
}

it.each<[name: string, what: Partial<HostFacts>, wanted: HostWants, outcome: string | null]>([
  ['Incus', {}, wants(), 'ok: 6.0.4'],
  ['Incus', { server: { ...SERVER, version: '6.10' } }, wants(), 'ok: 6.10'],
  ['Incus', { server: { ...SERVER, version: '0.7' } }, wants(), 'failure: 0.7'],
  ['permission', {}, wants(), 'ok: may change what is there'],
  [
    'permission',
    { server: { ...SERVER, trusted: false } },
    wants(),
    'failure: its Incus lets this user or client look only',
  ],
  ['platform', {}, wants(), 'ok: Debian GNU/Linux 12'],
  ['platform', { server: { ...SERVER, os: 'IncusOS 1' } }, wants(), 'warning: IncusOS 1, declared as debian'],
  ['platform', { server: { ...SERVER, os: '' } }, wants(), null],
  ['cordon', {}, wants(), null],
  [
    'cordon',
    { server: { ...SERVER, cordoned: { since: null, reason: 'disk', by: null } } },
    wants(),
    'warning: it is cordoned (disk): nothing new is put there',
  ],
  ['storage pool', {}, wants(), 'ok: default (zfs)'],
  ['storage pool', { pools: [] }, wants(), 'failure: none'],
  ['storage pool', { pools: [{ ...POOL, status: 'Unavailable' }] }, wants(), 'failure: default is unavailable'],
  ['bridge', {}, wants(), 'ok: incusbr0 10.1.1.1/24'],
  ['bridge', { networks: [{ ...BRIDGE, managed: false }] }, wants(), 'failure: no managed bridge'],
  ['bridge', { networks: [{ ...BRIDGE, type: 'physical' }] }, wants(), 'failure: no managed bridge'],
  [
    'bridge',
    { networks: [{ ...BRIDGE, config: { 'ipv4.address': 'none' } }] },
    wants(),
    'failure: incusbr0 has no IPv4 address',
  ],
  [
    'bridge',
    { networks: [{ ...BRIDGE, config: { 'ipv4.dhcp': 'false' } }] },
    wants(),
    'failure: incusbr0 gives no addresses: DHCP is off',
  ],
  ['profile', {}, wants(), 'ok: default has a root disk and a network interface'],
  ['profile', { devices: { eth0: NIC } }, wants(), 'failure: the default profile has no root disk'],
  ['profile', { devices: {} }, wants(), 'failure: the default profile has no root disk and no network interface'],
  [
    'profile',
    { devices: { root: { ...ROOT, pool: 'gone' }, eth0: NIC } },
    wants(),
    "failure: the default profile's root disk is in the pool gone, which is missing",
  ],
  ['room', {}, wants({ a: { memoryMiB: 8192 } }), 'ok: 4 CPUs, 7GiB of memory free, 10GiB of disk free'],
  ['room', { rootPool: null }, wants(), 'ok: 4 CPUs, 7GiB of memory free'],
  [
    'room',
    { rootPool: { totalMiB: 100, usedMiB: 90 } },
    wants(),
    'warning: 4 CPUs, 7GiB of memory free, 10MiB of disk free',
  ],
  ['room', {}, wants({ a: {}, b: { memoryMiB: 8193 } }), 'failure: b may use 8GiB of memory, and the host has 8GiB'],
  ['VMs', {}, wants({ a: {} }), null],
  [
    'VMs',
    {},
    wants({ a: { type: 'vm' } }),
    'failure: it cannot run virtual machines: its Incus does not have the driver qemu (a)',
  ],
  ['VMs', { server: { ...SERVER, vms: true } }, wants({ a: { type: 'vm' } }), 'ok: its Incus runs them'],
])('%s of %j', (name, what, wanted, outcome) => expect(judged(name, facts(what), wanted)).toBe(outcome))

it.each(HOST_CHECKS.map(({ name }) => name))('%s: what fails says what to do', (name) => {
  const bad = facts({
    server: {
      ...SERVER,
      version: '5.0',
      cordoned: { since: null, reason: null, by: null },
      trusted: false,
      os: 'Plan 9',
    },
    ...{ pools: [], networks: [], devices: {}, memory: { totalMiB: 1, usedMiB: 0 } },
  })
  const found = HOST_CHECKS.find((check) => check.name === name)!.judge(bad, wants({ a: { type: 'vm', memoryMiB: 2 } }))
  expect(found?.outcome).not.toBe('ok')
  expect(found?.hint).toBeTypeOf('string')
})

it('the command that ends a cordon names the host', () => {
  const told = facts({ server: { ...SERVER, cordoned: { since: null, reason: null, by: null } } })
  const found = HOST_CHECKS.find(({ name }) => name === 'cordon')!.judge(told, wants())
  expect(found?.hint).toBe('cul8er hosts uncordon web once it may be used again')
})
