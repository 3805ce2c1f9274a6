import { stopInstance } from '../incus/index.js'
import { autostartOf } from './declared.js'
import { stepKind } from './kind.js'
import { line, roleLine } from './lines.js'
import { STOP_MS, stopOptions } from './stopping.js'
import { instanceAt } from './view.js'

/** Stopped, but there to come back. */
export const retire = stepKind({
  kind: 'retire',
  words: () => 'stop',
  instance: ({ from }) => from.name,
  before: ({ from, moves }) => ({ kind: 'revive', from, ...(moves === true ? { moves } : {}) }),
  ends: true,
  calls: ({ from, moves }, view) => [
    {
      activity: 'setRole',
      input: { ...instanceAt(view, from), role: 'old', ...(moves === true ? autostartOf(view, from, true) : {}) },
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
  commands: ({ from, moves }, prediction) => [
    roleLine(from, prediction.revision.topology.project, 'mark as old', {
      role: 'old',
      ...(moves === true ? autostartOf(prediction, from, true) : {}),
    }),
    line(from, 'stop', stopInstance(from.name, stopOptions(prediction.revision))),
  ],
})
