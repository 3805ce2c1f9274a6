import { createSnapshot, createVolumeSnapshot } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt } from './view.js'

/** What an instance holds before it is changed, or when a person asks for it. */
export const snapshot = stepKind({
  kind: 'snapshot',
  words: ({ name }) => (name === undefined ? 'snapshot' : `snapshot ${name}`),
  instance: ({ from }) => from.name,
  before: ({ from, name }) => (name === undefined ? null : { kind: 'dropSnapshot', from, snapshot: name }),
  after: ({ from, name }, { snapshot }) => (name === undefined ? { kind: 'restore', from, snapshot } : null),
  calls: ({ from, name }, view) => [
    {
      activity: 'takeSnapshot',
      input: {
        ...instanceAt(view, from),
        snapshot: name ?? view.snapshot,
        ...(from.volumes === undefined ? {} : { volumes: from.volumes }),
      },
      pace: 'quick',
      summary: `${from.name}@${name ?? view.snapshot}`,
    },
  ],
  commands: ({ from, name: asked }, { revision, snapshot: own }) => {
    const name = asked ?? own
    return [
      ...(from.volumes ?? []).map((volume) =>
        line(from, 'snapshot', createVolumeSnapshot(volume, name, revision.topology)),
      ),
      line(from, 'snapshot', createSnapshot(from.name, name, revision.topology)),
    ]
  },
})
