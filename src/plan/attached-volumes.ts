import type { VolumeRef } from '../incus/volumes.js'
import { volumePrefix } from '../naming/volume-names.js'
import type { ObservedInstance } from './model.js'
import type { Replica } from './specs.js'

/** Volumes of its place that an instance has attached, among all of its devices. */
export const attachedVolumes = (
  { devices }: Pick<ObservedInstance, 'devices'>,
  topology: string,
  replica: Replica,
): VolumeRef[] =>
  Object.values(devices).flatMap(({ type, pool, source }) =>
    type === 'disk' &&
    pool !== undefined &&
    source?.startsWith(volumePrefix(topology, replica.resource, replica.index)) === true
      ? [{ pool, name: source }]
      : [],
  )
