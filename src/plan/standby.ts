import type { PlannedChanges } from './plan.js'

/**
 * Which instances of a standby set are one still, after a plan was carried out: those that it found and leaves alone, and, where hosts
 * were left out, those that it did not find. They are on those hosts, and would stay there for good if they were forgotten.
 */
export function standbyThatStays(
  { changes, bystanders }: Pick<PlannedChanges, 'changes' | 'bystanders'>,
  { standby, without }: { standby: readonly string[]; without: readonly string[] },
): string[] {
  const changed = new Set(changes.flatMap(({ instance, from }) => [instance, ...(from === null ? [] : [from.name])]))
  const found = new Set(bystanders.map(({ name }) => name))
  const kept = bystanders.flatMap(({ name, role }) => (role === 'old' && !changed.has(name) ? [name] : []))
  const unseen = without.length === 0 ? [] : standby.filter((name) => !found.has(name) && !changed.has(name))
  return [...kept, ...unseen]
}
