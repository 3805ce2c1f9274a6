import { startInstance, stopInstance } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { STOP_MS, stopOptions } from './stopping.js'
import { instanceAt, specOf } from './view.js'

/** Stopped and started: what runs without a release takes up its configuration when it starts. */
export const restart = stepKind({
  kind: 'restart',
  words: () => 'restart',
  instance: ({ at }) => at.name,
  skip: ({ at, before }, view) => specOf(view, at, before).release !== null,
  calls: ({ at }, view) => [
    {
      activity: 'stopInstance',
      input: { ...instanceAt(view, at), timeoutMs: STOP_MS },
      pace: 'quick',
      summary: at.name,
    },
    { activity: 'startInstance', input: instanceAt(view, at), pace: 'quick', summary: at.name },
  ],
  commands: ({ at }, prediction) =>
    specOf(prediction, at).release === null
      ? [
          line(at, 'restart', stopInstance(at.name, stopOptions(prediction.revision))),
          line(at, 'start', startInstance(at.name, prediction.revision.topology)),
        ]
      : [],
})
