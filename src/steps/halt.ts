import { stopCommand } from '../releases/commands.js'
import { stopInstance } from '../incus/index.js'
import { touchCommand } from '../instances/commands.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { STOP_MS, stopOptions } from './stopping.js'
import { instanceAt, specBefore } from './view.js'

/** The app of an instance is stopped until the next install; where there is no release, the instance itself. */
export const halt = stepKind({
  kind: 'halt',
  words: () => 'stop the app',
  instance: ({ from }) => from.name,
  before: ({ from }, view) => (view.registered(from)?.kind === 'restore' ? null : { kind: 'reinstall', from }),
  ends: true,
  calls: ({ from }, view) => {
    const spec = specBefore(view, from)
    const at = instanceAt(view, from)
    if (spec?.release == null) {
      return [{ activity: 'stopInstance', input: { ...at, timeoutMs: STOP_MS }, pace: 'quick', summary: from.name }]
    }
    const { name, version } = spec.release
    const input = { ...at, resource: from.resource, release: spec.release, operation: view.operation }
    return [{ activity: 'stopApp', input, pace: 'quick', summary: `${from.name}: ${name} ${version}` }]
  },
  commands: ({ from }, prediction) => {
    const { project } = prediction.revision.topology
    const spec = specBefore(prediction, from)
    const commands =
      spec?.release == null
        ? [stopInstance(from.name, stopOptions(prediction.revision))]
        : [
            touchCommand(from.name, prediction.operation, { project }),
            stopCommand({ name: from.name, project, resource: from.resource, release: spec.release }),
          ]
    return commands.map((command) => line(from, 'stop the app', command))
  },
})
