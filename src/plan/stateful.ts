import { holdsData } from '../topology/holds-data.js'
import type { Resource } from '../topology/model.js'
import type { Revision } from './model.js'
import type { Ours } from './planned-change.js'

/**
 * Instances with what is known of their data in their labels. An instance is stateful when its labels say so, or the declaration
 * that it was made by, or the one that it is to follow: where one of them is silent, another one may know.
 */
export const knowingData = (ours: readonly Ours[], revision: Revision, base: Revision | null): Ours[] =>
  ours.map((instance) => {
    const { labels: all, formerly } = instance
    const { dataIn, ...labels } = all
    const declared = [
      ...resourceIn(revision, labels.resource),
      ...resourceIn(base, formerly?.resource ?? labels.resource),
    ]
    if (declared.some(({ stateful }) => stateful)) return { ...instance, labels: { ...labels, stateful: true } }
    // What its volumes hold outlives it, so that the instance itself may go; unless its labels say that there is more.
    const inVolumes = labels.stateful === true ? dataIn !== undefined : declared.some(holdsData)
    return inVolumes ? { ...instance, labels: { ...labels, stateful: true, dataIn: 'volumes' as const } } : instance
  })

function resourceIn(revision: Revision | null, resource: string): Resource[] {
  const found = revision?.topology.resources[resource]
  return found === undefined ? [] : [found]
}
