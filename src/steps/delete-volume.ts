import { deleteVolume as deletionOf } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { hostAt } from './view.js'

/** A volume that nothing declares any more, gone for good. */
export const deleteVolume = stepKind({
  kind: 'deleteVolume',
  words: ({ volume }) => `delete volume ${volume.name}`,
  instance: () => null,
  calls: ({ volume }, view) => [
    {
      activity: 'deleteVolume',
      input: {
        ...hostAt(view, volume.host),
        volume: { pool: volume.pool, name: volume.name },
        project: view.revision.topology.project,
        topology: view.revision.topology.name,
      },
      pace: 'quick',
      summary: volume.name,
    },
  ],
  commands: ({ volume }, { revision }) => [line(volume, 'delete volume', deletionOf(volume, revision.topology))],
})
