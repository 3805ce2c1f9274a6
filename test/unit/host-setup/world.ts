import type { IncusFacts, MachineFacts, SetupWishes } from '../../../src/host-setup/facts.js'
import { readOsRelease } from '../../../src/host-setup/os-release.js'

export const BOOKWORM = `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION_CODENAME=bookworm
ID=debian
`
export const TRIXIE =
  'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nID=debian\n'
export const NOBLE =
  'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n'
export const ARCH = 'NAME="Arch Linux"\nPRETTY_NAME="Arch Linux"\nID=arch\nBUILD_ID=rolling\n'

/** A fresh machine with this in its /etc/os-release. */
export const machine = (os: string, more: Partial<MachineFacts> = {}): MachineFacts => ({
  os: readOsRelease(os),
  user: 'root',
  root: 'login',
  groups: ['root'],
  systemd: true,
  freeMiB: 40 * 1024,
  interfaces: ['lo', 'eth0'],
  routes: ['192.168.1.0/24'],
  subuid: [],
  subgid: [],
  fileSystems: [],
  zstd: false,
  sources: ['deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib\n'],
  incus: null,
  ...more,
})

/** Incus as this sets it up. */
export const incus = (more: Partial<IncusFacts> = {}): IncusFacts => ({
  silent: null,
  version: '6.0.4',
  pools: [{ name: 'default', driver: 'dir', status: 'Created', config: {} }],
  networks: [
    { name: 'eth0', type: 'physical', managed: false, config: {} },
    { name: 'incusbr0', type: 'bridge', managed: true, config: { 'ipv4.address': '10.118.0.1/24' } },
  ],
  devices: {
    root: { type: 'disk', path: '/', pool: 'default' },
    eth0: { type: 'nic', network: 'incusbr0' },
  },
  ...more,
})

export const wishes = (more: Partial<SetupWishes> = {}): SetupWishes => ({
  storage: 'dir',
  subnet: null,
  bridge: 'incusbr0',
  vms: false,
  place: 0,
  others: {},
  ...more,
})
