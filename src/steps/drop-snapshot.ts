import { deleteSnapshot, deleteVolumeSnapshot } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt } from './view.js'

/** A snapshot of an instance and its volumes goes for good. */
export const dropSnapshot = stepKind({
  kind: 'dropSnapshot',
  words: ({ snapshot }) => `delete snapshot ${snapshot}`,
  instance: ({ from }) => from.name,
  calls: ({ from, snapshot }, view) => [
    {
      activity: 'deleteSnapshot',
      input: { ...instanceAt(view, from), snapshot, ...(from.volumes === undefined ? {} : { volumes: from.volumes }) },
      pace: 'quick',
      summary: `${from.name}@${snapshot}`,
    },
  ],
  commands: ({ from, snapshot }, { revision }) => [
    line(from, 'delete snapshot', deleteSnapshot(from.name, snapshot, revision.topology)),
    ...(from.volumes ?? []).map((volume) =>
      line(from, 'delete snapshot', deleteVolumeSnapshot(volume, snapshot, revision.topology)),
    ),
  ],
})
