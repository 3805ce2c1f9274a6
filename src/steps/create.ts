import { createCommand, labelsOf } from '../instances/commands.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { madeBy, volumeLines } from './volumes.js'
import { specAt, specOf, stamp } from './view.js'

/** A new instance, started, without an app yet. */
export const create = stepKind({
  kind: 'create',
  words: () => 'create',
  instance: ({ at }) => at.name,
  before: ({ at }) => ({ kind: 'delete', at }),
  calls: ({ at, role }, view) => {
    const spec = specOf(view, at)
    return [
      {
        activity: 'ensureInstance',
        input: { ...specAt(view, spec), stamp: stamp(view, role), ...madeBy(view, spec) },
        pace: 'long',
        summary: `${at.name} from ${spec.image}`,
      },
    ]
  },
  commands: ({ at, role }, prediction) => {
    const spec = specOf(prediction, at)
    return [
      ...volumeLines(prediction, spec),
      line(spec, 'create', createCommand(spec, labelsOf(spec, stamp(prediction, role), new Map()))),
    ]
  },
})
