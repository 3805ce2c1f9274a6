import { stepKind } from './kind.js'
import { says } from './lines.js'
import { hostAt } from './view.js'

/** The topology leaves a host's edge. */
export const closePorts = stepKind({
  kind: 'closePorts',
  words: ({ host }) => `close the public ports on ${host}`,
  instance: () => null,
  calls: ({ host }, view) => [
    {
      activity: 'removeRoutes',
      input: { ...hostAt(view, host), topology: view.revision.topology.name },
      pace: 'quick',
      summary: host,
    },
  ],
  commands: ({ host }) => [says({ name: 'cul8er-edge', host }, 'close the public ports')],
})
