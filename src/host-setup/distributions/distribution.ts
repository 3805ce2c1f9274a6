import type { Platform } from '../../topology/model.js'
import type { SetupCommand } from '../command.js'
import type { SetupWishes } from '../facts.js'
import type { OsRelease } from '../os-release.js'

/** How Incus comes onto hosts of one distribution. To add one: a file, and its line in `registry.ts`. */
export interface Distribution {
  /** What a topology calls it. */
  platform: Platform
  /** For people, with the versions. */
  words: string
  recognises(os: OsRelease): boolean
  /** Why this version of it has no Incus; null: it has. */
  lacks(os: OsRelease): string | null
  /** Files of the package manager's list of sources that `before` needs; absent: none. */
  sourceFiles?: readonly string[]
  /** Files to be written before packages are found. @throws Cul8erError NOT_FOUND when the sources do not say where */
  before?(os: OsRelease, sources: readonly string[]): { words: string; commands: SetupCommand[] } | null
  packages(os: OsRelease, wishes: Pick<SetupWishes, 'storage' | 'vms'>): string[]
  readonly install: (packages: readonly string[]) => SetupCommand[]
}
