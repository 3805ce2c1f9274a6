import { startInstance, stopInstance } from '../incus/index.js'
import { configureCommands, labelsOf } from '../instances/commands.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { STOP_MS, stopOptions } from './stopping.js'
import { madeBy, volumeLines } from './volumes.js'
import { instanceAt, specAt, specOf, stamp, startAt } from './view.js'

/** Limits, devices, environment keys and labels of an instance that is there. */
export const configure = stepKind({
  kind: 'configure',
  words: ({ stopped }) => (stopped === true ? 'configure, with a restart' : 'configure'),
  instance: ({ at }) => at.name,
  before: ({ from, live, stopped }, view) => {
    if (from === undefined) return null
    if (live) return { kind: 'configure', from }
    // A snapshot that was taken for it knows more than the declaration.
    return view.registered(from)?.kind === 'restore'
      ? null
      : { kind: 'reinstall', from, ...(stopped === true ? { stopped } : {}) }
  },
  calls: ({ at, before, stopped }, view) => [
    ...(stopped === true
      ? [
          {
            activity: 'stopInstance' as const,
            input: { ...instanceAt(view, at), timeoutMs: STOP_MS },
            pace: 'quick' as const,
            summary: at.name,
          },
        ]
      : []),
    {
      activity: 'configureInstance',
      input: {
        ...specAt(view, specOf(view, at, before)),
        stamp: stamp(view, 'live', before?.revision),
        ...madeBy(view, specOf(view, at, before)),
      },
      pace: 'quick',
      summary: at.name,
    },
    ...(stopped === true
      ? [
          {
            activity: 'startInstance' as const,
            input: startAt(view, at),
            pace: 'quick' as const,
            summary: at.name,
          },
        ]
      : []),
  ],
  commands: ({ at, stopped }, prediction) => {
    const spec = specOf(prediction, at)
    const observed = prediction.observed.find(({ name, host }) => name === at.name && host === at.host)
    if (observed === undefined) return []
    const { topology } = prediction.revision
    const labels = labelsOf(spec, stamp(prediction, 'live'), new Map())
    return [
      ...(stopped === true ? [line(spec, 'configure', stopInstance(at.name, stopOptions(prediction.revision)))] : []),
      ...volumeLines(prediction, spec),
      ...configureCommands(spec, observed, labels).map((command) => line(spec, 'configure', command)),
      ...(stopped === true ? [line(spec, 'configure', startInstance(at.name, topology))] : []),
    ]
  },
})
