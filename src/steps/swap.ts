import { stepKind } from './kind.js'
import { roleLine } from './lines.js'
import { instanceAt } from './view.js'

/** Two instances of a place change roles: the new one is live, the other one stands by. */
export const swap = stepKind({
  kind: 'swap',
  words: () => 'take over',
  instance: ({ at }) => at.name,
  before: ({ from }) => (from === null ? null : { kind: 'revive', from }),
  calls: ({ at, from }, view) => [
    {
      activity: 'setRole',
      input: { ...instanceAt(view, at), role: 'live' },
      pace: 'quick',
      summary: `${at.name} is live`,
    },
    ...(from === null
      ? []
      : [
          {
            activity: 'setRole' as const,
            input: { ...instanceAt(view, from), role: 'old' as const },
            pace: 'quick' as const,
            summary: `${from.name} becomes the standby`,
          },
        ]),
  ],
  commands: ({ at, from }, { revision }) => [
    roleLine(at, revision.topology.project, 'take over', { role: 'live' }),
    ...(from === null ? [] : [roleLine(from, revision.topology.project, 'mark as old', { role: 'old' })]),
  ],
})
