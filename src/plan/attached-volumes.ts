import type { VolumeRef } from '../incus/volumes.js'
import { volumePrefix } from '../naming/volume-names.js'
import type { ObservedInstance } from './model.js'
import type { Replica } from './specs.js'

/** Volumes of its place that an instance has attached, among all of its devices. */
export const attachedVolumes = (
  instance: Pick<ObservedInstance, 'devices'>,
  topology: string,
  replica: Replica,
): VolumeRef[] => attachedByDevice(instance, topology, replica).map(({ volume }) => volume)

/** The same with the names of the devices, which are those of the volumes in the topology. */
export const attachedByDevice = (
  { devices }: Pick<ObservedInstance, 'devices'>,
  topology: string,
  replica: Replica,
): { device: string; volume: VolumeRef }[] =>
  Object.entries(devices).flatMap(([device, { type, pool, source }]) =>
    type === 'disk' &&
    pool !== undefined &&
    source?.startsWith(volumePrefix(topology, replica.resource, replica.index)) === true
      ? [{ device, volume: { pool, name: source } }]
      : [],
  )
