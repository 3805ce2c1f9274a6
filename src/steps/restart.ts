import { startInstance, stopInstance } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { STOP_MS, stopOptions } from './stopping.js'
import { instanceAt, specOf, startAt } from './view.js'

/** Stopped and started: what runs without a release takes up its configuration when it starts, and a restart is asked for as one. */
export const restart = stepKind({
  kind: 'restart',
  words: () => 'restart',
  instance: ({ at }) => at.name,
  skip: ({ at, before, from }, view) => from === undefined && specOf(view, at, before).release !== null,
  before: ({ from }) => (from === undefined ? null : { kind: 'start', from }),
  calls: ({ at }, view) => [
    {
      activity: 'stopInstance',
      input: { ...instanceAt(view, at), timeoutMs: STOP_MS },
      pace: 'quick',
      summary: at.name,
    },
    { activity: 'startInstance', input: startAt(view, at), pace: 'quick', summary: at.name },
  ],
  commands: ({ at, from }, prediction) =>
    from !== undefined || specOf(prediction, at).release === null
      ? [
          line(at, 'restart', stopInstance(at.name, stopOptions(prediction.revision))),
          line(at, 'start', startInstance(at.name, prediction.revision.topology)),
        ]
      : [],
})
