import { configureCommands, labelsOf } from '../instances/commands.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { specAt, specOf, stamp } from './view.js'

/** Limits, devices, environment keys and labels of an instance that is there. */
export const configure = stepKind({
  kind: 'configure',
  words: () => 'configure',
  instance: ({ at }) => at.name,
  before: ({ from, live }, view) => {
    if (from === undefined) return null
    if (live) return { kind: 'configure', from }
    // A snapshot that was taken for it knows more than the declaration.
    return view.registered(from.name)?.kind === 'restore' ? null : { kind: 'reinstall', from }
  },
  calls: ({ at, before }, view) => [
    {
      activity: 'configureInstance',
      input: { ...specAt(view, specOf(view, at, before)), stamp: stamp(view, 'live', before?.revision) },
      pace: 'quick',
      summary: at.name,
    },
  ],
  commands: ({ at }, prediction) => {
    const spec = specOf(prediction, at)
    const observed = prediction.observed.find(({ name, host }) => name === at.name && host === at.host)
    if (observed === undefined) return []
    return configureCommands(spec, observed, labelsOf(spec, stamp(prediction, 'live'), new Map())).map((command) =>
      line(spec, 'configure', command),
    )
  },
})
