import type { Emulation } from '../../emulator/executor.js'
import type { HostExecutor } from '../executor.js'

/** What executors are made with, beside the host. */
export interface Means {
  /** The Incus client; default `incus` on PATH. */
  client?: string
  /** The emulator; started when it is first asked for. */
  emulation: () => Emulation
}

/** How hosts of one kind are reached. */
export interface ExecutorKind {
  /** Makes the way to one host. It reaches nothing yet: the first command does. */
  create(host: { name: string; address: string }, means: Means): HostExecutor
  /** Hosts of this kind have no HAProxy: what their edge knows is kept in a folder. */
  readonly edgeInFolder?: boolean
}
