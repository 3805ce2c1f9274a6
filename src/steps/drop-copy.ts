import { deleteInstance } from '../incus/index.js'
import { isReplicated } from './declared.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt } from './view.js'

/** The copy of what stays where it is goes. No host of an instance has a copy of it by `replicate`. */
export const dropCopy = stepKind({
  kind: 'dropCopy',
  words: ({ at }) => `delete the copy on ${at.host}`,
  instance: ({ at }) => at.name,
  calls: ({ from, at }, view) => [
    {
      activity: 'dropCopy',
      input: {
        ...instanceAt(view, at),
        topology: view.revision.topology.name,
        original: instanceAt(view, from),
        volumes: from.volumes ?? [],
        replicated: isReplicated(view, from),
      },
      pace: 'long',
      summary: `${at.name} on ${at.host}`,
    },
  ],
  commands: ({ at }, { revision }) => [line(at, 'delete', deleteInstance(at.name, revision.topology))],
})
