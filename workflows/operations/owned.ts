import type { Activities } from '../../src/contracts/index.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import type { VolumeAt } from '../../src/plan/volumes.js'
import { plural } from '../../src/plural.js'

type Owned = Awaited<ReturnType<Activities['findOwned']>>

/** What a topology owns. Workers of before, and where volumes are not asked for, answer with instances alone. */
export const inParts = (owned: Owned): { instances: LiveInstance[]; volumes: VolumeAt[] } =>
  Array.isArray(owned) ? { instances: owned, volumes: [] } : owned

/** `2 instances, 1 volume`. */
export function counted(owned: Owned): string {
  const { instances, volumes } = inParts(owned)
  return [
    plural(instances.length, 'instance'),
    ...(volumes.length === 0 ? [] : [plural(volumes.length, 'volume')]),
  ].join(', ')
}
