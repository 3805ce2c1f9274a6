import type { Activities, OperationInput } from '../../src/contracts/index.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import type { VolumeAt } from '../../src/plan/volumes.js'
import { plural } from '../../src/plural.js'
import { quick } from '../engine/activities.js'

type Owned = Awaited<ReturnType<Activities['findOwned']>>

/** How long the hosts of an operation may give no answer. */
export const patienceOf = ({ revision }: Pick<OperationInput, 'revision'>): { hostTimeoutMs: number } => ({
  hostTimeoutMs: revision.topology.strategy.hostTimeoutMs,
})

/** All that the topology has on the hosts of an operation. */
export const findOwned = (
  input: OperationInput,
  summary: string,
  more: Pick<FindOwned, 'dirty' | 'volumes' | 'ofVolumes' | 'operation'> & { hosts?: OperationInput['hosts'] } = {},
): Promise<Owned> =>
  quick({ summary }).findOwned({
    topology: input.topology,
    project: input.revision.topology.project,
    hosts: input.hosts,
    operation: input.number,
    ...patienceOf(input),
    ...more,
  })

type FindOwned = Parameters<Activities['findOwned']>[0]

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
