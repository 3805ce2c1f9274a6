import { stopInstance } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt } from './view.js'

/** What did not come up on the other host is a copy again, before the one that it was to replace starts: two would write. */
export const putBack = stepKind({
  kind: 'putBack',
  words: ({ at }) => `stop the one on ${at.host}`,
  instance: ({ at }) => at.name,
  ends: true,
  mustAnswer: true,
  calls: ({ from, at }, view) => [
    {
      activity: 'putBack',
      input: { ...instanceAt(view, at), topology: view.revision.topology.name, from: from.host },
      pace: 'quick',
      summary: `${at.name} on ${at.host}`,
    },
  ],
  commands: ({ at }, { revision }) => [line(at, 'stop', stopInstance(at.name, { ...revision.topology, force: true }))],
})
