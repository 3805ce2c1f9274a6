import type { Emulation } from '../../emulator/executor.js'
import type { Host } from '../../topology/model.js'
import type { HostExecutor } from '../executor.js'

/** What tells a host from others: to reach it otherwise is another way. */
export type HostWay = Pick<Host, 'address' | 'kind'> & Partial<Pick<Host, 'credentials'>>

/** What executors are made with, beside the host. */
export interface Means {
  /** The Incus client; default `incus` on PATH. */
  client?: string
  /** cul8er's home: the certificates of servers that it was told to trust are there. */
  home: string
  /** The emulator; started when it is first asked for. */
  emulation: () => Emulation
  /** cul8er's own file of known SSH host keys. */
  knownHosts: string
}

/** How hosts of one kind are reached. */
export interface ExecutorKind {
  /** Makes the way to one host. It reaches nothing yet: the first command does. */
  create(host: { name: string } & HostWay, means: Means): HostExecutor
  /** Hosts of this kind have no HAProxy: what their edge knows is kept in a folder. */
  readonly edgeInFolder?: boolean
}
