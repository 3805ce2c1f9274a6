import { startInstance } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { startAt } from './view.js'

/** An instance that is stopped runs again. */
export const start = stepKind({
  kind: 'start',
  words: () => 'start',
  instance: ({ at }) => at.name,
  before: ({ revive }) => (revive === undefined ? null : { kind: 'shelve', from: revive }),
  calls: ({ at }, view) => [{ activity: 'startInstance', input: startAt(view, at), pace: 'quick', summary: at.name }],
  commands: ({ at }, { revision }) => [line(at, 'start', startInstance(at.name, revision.topology))],
})
