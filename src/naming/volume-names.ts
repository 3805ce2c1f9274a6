import { incusName, instanceName } from './instance-names.js'

/**
 * `<topology>-<resource>[-<n>].<volume>`: of the place, not of the instance in it, so that a replacement finds it under the same name.
 * No instance name and no resource has a dot, so two never share one.
 */
export const volumeName = (topology: string, resource: string, index: number | null, volume: string): string =>
  `${volumePrefix(topology, resource, index)}${incusName(volume)}`

/** What the names of all volumes of a place begin with. */
export const volumePrefix = (topology: string, resource: string, index: number | null): string =>
  `${instanceName(topology, resource, index)}.`
