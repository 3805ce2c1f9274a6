import type { DryStep } from '../contracts/inspect.js'
import { createVolume, setVolume } from '../incus/index.js'
import type { InstanceSpec } from '../plan/model.js'
import { volumeLabels } from '../plan/volumes.js'
import { line } from './lines.js'
import type { Prediction, View } from './view.js'

/** The name of the operation for ever, which the volumes that it makes carry: that of its snapshots. Nothing where there are none. */
export const madeBy = ({ snapshot }: View, { volumes }: Pick<InstanceSpec, 'volumes'>): { made?: string } =>
  volumes === undefined ? {} : { made: snapshot }

/** What a dry run prints for the volumes of an instance: made where they are missing, grown where they are too small. */
export const volumeLines = ({ snapshot, storage = [] }: Prediction, spec: InstanceSpec): DryStep[] =>
  (spec.volumes ?? []).flatMap((volume) => {
    const size: Record<string, string> = volume.sizeMiB === null ? {} : { size: `${volume.sizeMiB}MiB` }
    const there = storage
      .flatMap(({ volumes }) => volumes)
      .find(({ host, pool, name }) => host === spec.host && pool === volume.pool && name === volume.name)
    if (there === undefined) {
      const command = createVolume(volume, { ...size, ...volumeLabels(spec, volume, snapshot) }, spec)
      return [line(spec, 'create volume', command)]
    }
    const grows = volume.sizeMiB !== null && (there.sizeMiB === null || there.sizeMiB < volume.sizeMiB)
    return grows ? [line(spec, 'grow volume', setVolume(volume, size, spec))] : []
  })
