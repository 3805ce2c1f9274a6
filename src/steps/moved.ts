import { stepKind } from './kind.js'
import { roleLine } from './lines.js'
import { instanceAt } from './view.js'

/** The end of a move that can be taken back: requests come next, and what they write would be lost with it. */
export const moved = stepKind({
  kind: 'moved',
  words: () => 'take over',
  instance: ({ at }) => at.name,
  after: ({ at }) => ({ kind: 'readmit', from: at }),
  final: ({ from }) => from,
  calls: ({ at }, view) => [
    {
      activity: 'finishMove',
      input: { ...instanceAt(view, at), topology: view.revision.topology.name },
      pace: 'quick',
      summary: `${at.name} on ${at.host} is live`,
    },
  ],
  commands: ({ at }, { revision }) => [roleLine(at, revision.topology.project, 'take over', { role: 'live' })],
})
