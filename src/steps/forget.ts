import { edgesTo } from './edges.js'
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
    hosts: edgesTo(view, at),
    summary: `forget ${at.name}`,
  }),
  foreseen: () => false,
  commands: () => [],
})
