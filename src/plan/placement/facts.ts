import type { ObservedInstance } from '../model.js'
import type { Amounts, HostState } from './model.js'

/** What a host says of itself, as far as it was asked. */
export interface HostFacts extends Pick<
  HostState,
  'cordoned' | 'architectures' | 'vms' | 'total' | 'rootPools' | 'silent'
> {
  host: string
  /** MiB that are really taken of each pool: limits are not all that fills a disk. */
  taken: Amounts['pools']
  /** All that is there, in every Incus project; null: not known. */
  instances: readonly ObservedInstance[] | null
}

/** What a host is to be asked, beside whether anything new may be put there. */
export interface Question {
  host: string
  /** What it has, and what the limits of its instances take. */
  capacity: boolean
  /** What it can run. */
  abilities: boolean
  /** Resources whose root disk has a limit. */
  rootPoolsOf: string[]
  /** Storage pools that volumes are in. */
  pools: string[]
}
