import type { Revision } from './model.js'
import type { Ours } from './work.js'

/**
 * Instances with what is known of their data in their labels. An instance is stateful when its labels say so, or the declaration
 * that it was made by, or the one that it is to follow: where one of them is silent, another one may know.
 */
export const knowingData = (ours: readonly Ours[], revision: Revision, base: Revision | null): Ours[] =>
  ours.map((instance) => {
    const { labels, formerly } = instance
    const isDeclaredSo =
      declaresStateful(revision, labels.resource) || declaresStateful(base, formerly?.resource ?? labels.resource)
    return isDeclaredSo ? { ...instance, labels: { ...labels, stateful: true } } : instance
  })

const declaresStateful = (revision: Revision | null, resource: string): boolean =>
  revision?.topology.resources[resource]?.stateful === true
