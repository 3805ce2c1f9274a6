import { projectCommand } from '../instances/commands.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { hostAt } from './view.js'

/** The topology's Incus project on a host. */
export const project = stepKind({
  kind: 'project',
  words: ({ host }) => `project on ${host}`,
  instance: () => null,
  calls: ({ host }, view) => {
    const name = view.revision.topology.project
    if (name === null) return []
    return [
      { activity: 'ensureProject', input: { ...hostAt(view, host), project: name }, pace: 'quick', summary: name },
    ]
  },
  commands: ({ host }, { revision }) => {
    const name = revision.topology.project
    return name === null ? [] : [line({ name, host }, 'project', projectCommand(name))]
  },
})
