import { placeKey } from './place-key.js'
import type { ObservedInstance, Role } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { instanceName } from '../naming/instance-names.js'
import type { Ours } from './planned-change.js'

/**
 * A topology's instances among all that hosts show. The name counts beside the labels: a copy or a renamed instance carries our
 * labels too, but it is the work of a person, and so left alone. What color an instance has is read off its name, which cannot be
 * spoilt by hand.
 */
export function oursOf(topology: string, observed: readonly ObservedInstance[]): Ours[] {
  return observed.flatMap((instance): Ours[] => {
    const { labels } = instance
    if (labels?.topology !== topology || BESIDE.has(labels.role)) return []
    const color = COLORS.find((each) => instanceName(topology, labels.resource, labels.index, each) === instance.name)
    return color === undefined ? [] : [{ ...instance, labels: { ...labels, color } }]
  })
}

/** Not a place of the declaration, but what stands beside those. */
const BESIDE: ReadonlySet<Role> = new Set(['edge', 'replica'])

const COLORS: readonly Color[] = ['', 'blue', 'green', 'canary']

/** Instances with the topology's labels that are not its own, in words. */
export const strangersOf = (topology: string, observed: readonly ObservedInstance[]): string[] => {
  const ours = new Set(oursOf(topology, observed).map(placeKey))
  return observed
    .filter((i) => i.labels?.topology === topology && !BESIDE.has(i.labels.role) && !ours.has(placeKey(i)))
    .map(
      ({ host, name, labels }) =>
        `${name} on ${host} has the labels of ${labels?.resource} but not its name: left alone`,
    )
}
