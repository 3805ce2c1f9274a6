import { serverName } from '../plan/reach.js'
import { edgesTo } from './edges.js'
import { stepKind } from './kind.js'
import { says } from './lines.js'
import { drained } from './traffic.js'
import { exposes, hostAt, member, strategyOf } from './view.js'

/** No new request from here on; ends when the last one is answered. */
export const drain = stepKind({
  kind: 'drain',
  words: () => 'drain',
  instance: ({ at }) => at.name,
  skip: ({ at }, view) => member(view, at) === undefined,
  before: ({ from }, view) =>
    from === undefined || view.registered(from) !== undefined ? null : { kind: 'readmit', from },
  traffic: ({ at }, view) => ({
    state: drained(view.traffic, at),
    hosts: edgesTo(view, at),
    summary: `drain ${at.name}`,
  }),
  calls: ({ at }, view) => {
    const { drainMs } = strategyOf(view)
    return edgesTo(view, at).map((edge) => ({
      activity: 'waitDrained',
      input: {
        ...hostAt(view, edge),
        topology: view.revision.topology.name,
        server: serverName(edge, { instance: at.name, host: at.host }),
        deadlineMs: drainMs,
      },
      pace: 'waiting',
      waitMs: drainMs,
      summary: `${at.name}: waiting for its requests to finish${edge === at.host ? '' : ` on ${edge}`}`,
    }))
  },
  sideBySide: true,
  note: (results) => {
    const cut = (results as { cut: number }[]).reduce((sum, each) => sum + each.cut, 0)
    return cut === 0 ? 'no requests left' : `${cut} cut at the drain deadline`
  },
  foreseen: ({ at }, prediction) => exposes(prediction, at.resource),
  commands: ({ at }, prediction) => (exposes(prediction, at.resource) ? [says(at, 'drain')] : []),
})
