import type { Exposure } from './exposure.js'
import type { ImagesOfHosts } from './images.js'
import type { Moves, ObservedInstance, Revision } from './model.js'
import type { HostFacts } from './placement/facts.js'
import type { Storage } from './volumes.js'

/** What a plan is made from. */
export interface PlanInput {
  revision: Revision
  /** The stable revision: it knows what instances were declared as that the new one does not declare. */
  base?: Revision | null
  /** All instances of the hosts concerned, foreign ones too. */
  observed: ObservedInstance[]
  /** Instances that an earlier operation left half changed: they are set right whatever their labels say. */
  dirty?: string[]
  /** What the edges do now: what was left half changed and takes no request stays out of the traffic. */
  exposures?: readonly Exposure[]
  /** Names of instances that are kept for an instant switch back. */
  standby?: string[]
  /** Hosts to leave out: nobody looked there, and nothing is to be done there. */
  without?: string[]
  /** What is to move although it is as declared: then nothing else is changed. */
  moves?: Moves | null
  /** What the hosts' images are named: instances that were made from another image than their name has now are replaced. */
  refresh?: ImagesOfHosts | null
  /** Pools and volumes of the hosts; absent: nobody looked. */
  storage?: readonly Storage[]
  /** What hosts say of themselves, where instances are placed by it; absent: nobody asked. */
  facts?: readonly HostFacts[]
  /** Go on where a check would refuse. */
  force?: boolean
  /** The revision was stable before: a rollback. */
  goesBack?: boolean
  /** What has room is placed although something has none: that is named, and for later. */
  partly?: boolean
}
