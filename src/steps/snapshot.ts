import { createSnapshot } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt } from './view.js'

/** What an instance holds before it is changed. */
export const snapshot = stepKind({
  kind: 'snapshot',
  words: () => 'snapshot',
  instance: ({ from }) => from.name,
  after: ({ from }, { snapshot: name }) => ({ kind: 'restore', from, snapshot: name }),
  calls: ({ from }, view) => [
    {
      activity: 'takeSnapshot',
      input: { ...instanceAt(view, from), snapshot: view.snapshot },
      pace: 'quick',
      summary: `${from.name}@${view.snapshot}`,
    },
  ],
  commands: ({ from }, { revision, snapshot: name }) => [
    line(from, 'snapshot', createSnapshot(from.name, name, revision.topology)),
  ],
})
