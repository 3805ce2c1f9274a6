import { setConfig } from '../incus/index.js'
import { LABEL_PREFIX } from '../plan/labels.js'
import { declaredOf, isReplicated, takenNote } from './declared.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt } from './view.js'

/** What arrived on the other host is the instance from here on, and the one that it is a copy of never runs beside it. */
export const takeOver = stepKind({
  kind: 'takeOver',
  words: ({ from }) => `take the place of the one on ${from.host}`,
  instance: ({ at }) => at.name,
  before: ({ from, at }) => ({ kind: 'moveBack', from, copy: at }),
  calls: ({ from, at }, view) => [
    {
      activity: 'takeOver',
      input: {
        ...instanceAt(view, at),
        topology: view.revision.topology.name,
        from: from.host,
        operation: view.operation,
        declared: declaredOf(view, at),
        replicated: isReplicated(view, at),
      },
      pace: 'long',
      summary: `${at.name} on ${at.host}`,
    },
  ],
  note: takenNote,
  commands: ({ at }, { revision }) => [
    line(
      at,
      'take over',
      setConfig(at.name, { [`${LABEL_PREFIX}role`]: 'new', 'boot.autostart': '' }, revision.topology),
    ),
  ],
})
