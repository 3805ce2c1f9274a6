import { placeKey } from './place-key.js'
import type { ObservedInstance, Role } from './model.js'
import type { Color } from '../naming/instance-names.js'
import { instanceName } from '../naming/instance-names.js'
import type { Ours } from './planned-change.js'
import type { Replica } from './specs.js'

/**
 * A topology's instances among all that hosts show. The name counts beside the labels: a copy or a renamed instance carries our
 * labels too, but it is the work of a person, and so left alone. What color an instance has is read off its name, which cannot be
 * spoilt by hand.
 */
export function oursOf(topology: string, observed: readonly ObservedInstance[]): Ours[] {
  return observed.flatMap((instance): Ours[] => {
    const { labels } = instance
    if (labels?.topology !== topology || BESIDE.has(labels.role)) return []
    const color = colorOf(topology, instance.name, labels)
    return color === undefined ? [] : [{ ...instance, labels: { ...labels, color } }]
  })
}

/** Whether an instance is called as its labels say: they are its host's word, and say which volumes are its own. */
export const hasItsName = (topology: string, { name, labels }: Pick<Ours, 'name' | 'labels'>): boolean =>
  colorOf(topology, name, labels) !== undefined

const colorOf = (topology: string, name: string, { resource, index }: Replica): Color | undefined =>
  COLORS.find((each) => instanceName(topology, resource, index, each) === name)

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
