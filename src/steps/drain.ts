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
    from === undefined || view.registered(from.name) !== undefined ? null : { kind: 'readmit', from },
  traffic: ({ at }, view) => ({
    state: drained(view.traffic, at),
    hosts: [at.host],
    summary: `drain ${at.name}`,
  }),
  calls: ({ at }, view) => {
    const { drainMs } = strategyOf(view)
    return [
      {
        activity: 'waitDrained',
        input: {
          ...hostAt(view, at.host),
          topology: view.revision.topology.name,
          server: at.name,
          deadlineMs: drainMs,
        },
        pace: 'waiting',
        waitMs: drainMs,
        summary: `${at.name}: waiting for its requests to finish`,
      },
    ]
  },
  note: ([result]) => {
    const { cut } = result as { cut: number }
    return cut === 0 ? 'no requests left' : `${cut} cut at the drain deadline`
  },
  foreseen: ({ at }, prediction) => exposes(prediction, at.resource),
  commands: ({ at }, prediction) => (exposes(prediction, at.resource) ? [says(at, 'drain')] : []),
})
