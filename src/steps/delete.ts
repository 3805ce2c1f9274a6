import { deleteInstance } from '../incus/index.js'
import { stepKind } from './kind.js'
import { line } from './lines.js'
import { instanceAt, type View } from './view.js'

/** Volumes are looked for only where there may be some. */
const madeFor = (view: View, resource = ''): { made?: string } =>
  view.revision.topology.resources[resource]?.volumes === undefined ? {} : { made: view.snapshot }

/** Gone for good, with its snapshots. */
export const deletion = stepKind({
  kind: 'delete',
  words: () => 'delete',
  instance: ({ at }) => at.name,
  ends: true,
  removes: true,
  calls: ({ at }, view) => [
    {
      activity: 'deleteInstance',
      input: { ...instanceAt(view, at), topology: view.revision.topology.name, ...madeFor(view, at.resource) },
      pace: 'quick',
      summary: at.name,
    },
  ],
  commands: ({ at }, { revision }) => [
    line(at, 'delete', deleteInstance(at.name, { project: revision.topology.project, force: true })),
  ],
})
