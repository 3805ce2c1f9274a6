import type { IncusNetwork, IncusPool } from '../incus/index.js'
import type { OsRelease } from './os-release.js'

/** What a machine is and has before it is set up. */
export interface MachineFacts {
  os: OsRelease
  /** Of the login. */
  user: string
  /** How the login becomes root; null: not at all. */
  root: 'login' | 'sudo' | null
  /** The login's groups. */
  groups: string[]
  /** systemd runs it. */
  systemd: boolean
  /** Free where Incus keeps its data, MiB. */
  freeMiB: number
  /** Names of its network interfaces. */
  interfaces: string[]
  /** IPv4 networks that it has routes to, `10.0.0.0/24`; without the default one. */
  routes: string[]
  /** Lines of /etc/subuid and of /etc/subgid. */
  subuid: string[]
  subgid: string[]
  /** Kernel modules of file systems that it can have. */
  fileSystems: string[]
  /** It can unpack images of ours. */
  zstd: boolean
  /** The package manager's own list of sources, where the distribution asks for it; else empty. */
  sources: string[]
  /** null: it is not installed. */
  incus: IncusFacts | null
}

export interface IncusFacts {
  /** Why it does not answer; null: it does. */
  silent: string | null
  version: string
  pools: IncusPool[]
  networks: IncusNetwork[]
  /** Of the default profile. */
  devices: Record<string, Record<string, string>>
}

/** What is wanted of a host beyond the defaults. */
export interface SetupWishes {
  /** Kind of the storage pool that is made. */
  storage: 'dir' | 'btrfs' | 'zfs'
  /** `10.85.0.1/24`; null: one that is free. */
  subnet: string | null
  /** Name of the bridge that is made. */
  bridge: string
  /** The host is to run virtual machines. */
  vms: boolean
  /** Which of the hosts of its topology it is, from 0: each begins its search for a free subnet at another one. */
  place: number
  /** Subnets of the other hosts' bridges, by host. */
  others: Record<string, string[]>
}
