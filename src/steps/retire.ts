import { stopInstance } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line, roleLine } from './lines.js'
import { STOP_MS, stopOptions } from './stopping.js'
import { instanceAt } from './view.js'

/** Stopped, but there to come back. */
export const retire = stepKind({
  kind: 'retire',
  words: () => 'stop',
  instance: ({ from }) => from.name,
  before: ({ from }) => ({ kind: 'revive', from }),
  ends: true,
  calls: ({ from }, view) => [
    {
      activity: 'setRole',
      input: { ...instanceAt(view, from), role: 'old' },
      pace: 'quick',
      summary: `${from.name} can be brought back`,
    },
    {
      activity: 'stopInstance',
      input: { ...instanceAt(view, from), timeoutMs: STOP_MS },
      pace: 'quick',
      summary: from.name,
    },
  ],
  commands: ({ from }, { revision }) => [
    roleLine(from, revision.topology.project, 'mark as old', 'old'),
    line(from, 'stop', stopInstance(from.name, stopOptions(revision))),
  ],
})
