import { stepKind } from './kind.js'
import { forgotten } from './traffic.js'
import { member } from './view.js'

/** The edge forgets an instance that was drained. */
export const forget = stepKind({
  kind: 'forget',
  words: () => 'remove from the edge',
  instance: ({ at }) => at.name,
  skip: ({ at }, view) => member(view, at) === undefined,
  traffic: ({ at }, view) => ({
    state: forgotten(view.traffic, at),
    hosts: [at.host],
    summary: `forget ${at.name}`,
  }),
  foreseen: () => false,
  commands: () => [],
})
