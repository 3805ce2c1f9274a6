import { mostReplicas } from '../counts.js'
import { MOST_INSTANCES } from '../limits.js'
import type { Topology } from '../model.js'
import { problem, type Finding } from '../problem.js'
import type { Draft } from './draft.js'

/** More instances than a topology may have: counted, and not written out, for each has several names. */
export function checkSize({ sound }: Draft): Finding[] {
  if (sound === null || !isTooLarge([sound.topology])) return []
  return [tooMany(['resources'], [sound.topology])]
}

/** The same for all topologies of a file together. */
export function checkSizeAcross(topologies: readonly Topology[]): Finding[] {
  return isTooLarge(topologies) && !topologies.some((each) => isTooLarge([each])) ? [tooMany([], topologies)] : []
}

/** Whether names, places and whatever else there is for each instance had better not be looked at. */
export const isTooLarge = (topologies: readonly Topology[]): boolean => instances(topologies) > MOST_INSTANCES

const instances = (topologies: readonly Pick<Topology, 'resources'>[]): number =>
  topologies
    .flatMap(({ resources }) => Object.values(resources))
    .reduce((sum, resource) => sum + (mostReplicas(resource) ?? 1), 0)

const tooMany = (path: string[], topologies: readonly Topology[]): Finding =>
  problem(path, `${instances(topologies)} instances`, `${MOST_INSTANCES} at most, all replicas together`)
