import { restoreSnapshot, restoreVolumeSnapshot, startInstance } from '../incus/index.js'
import { declaredOf } from './declared.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt, startAt } from './view.js'

/** Data and configuration of a snapshot; the instance runs afterwards. */
export const restore = stepKind({
  kind: 'restore',
  words: ({ snapshot }) => `restore ${snapshot}`,
  instance: ({ from }) => from.name,
  calls: ({ from, snapshot }, view) => [
    {
      activity: 'restoreSnapshot',
      input: {
        ...instanceAt(view, from),
        snapshot,
        ...(from.volumes === undefined ? {} : { volumes: from.volumes }),
        // Its own is of what was declared before it.
        ...(snapshot === view.snapshot ? {} : { declared: declaredOf(view, from) }),
      },
      pace: 'long',
      summary: `${from.name} to ${snapshot}`,
    },
    { activity: 'startInstance', input: startAt(view, from), pace: 'quick', summary: from.name },
  ],
  commands: ({ from, snapshot }, { revision }) => [
    ...(from.volumes ?? []).map((volume) =>
      line(from, 'restore', restoreVolumeSnapshot(volume, snapshot, revision.topology)),
    ),
    line(from, 'restore', restoreSnapshot(from.name, snapshot, revision.topology)),
    line(from, 'start', startInstance(from.name, revision.topology)),
  ],
})
