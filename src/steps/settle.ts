import { edgesOf } from './edges.js'
import { stepKind } from './kind.js'

/** The whole picture once more: declarations of ports may have changed without an instance. */
export const settle = stepKind({
  kind: 'settle',
  words: () => 'settle the edge',
  instance: () => null,
  skip: (_step, view) => edgesOf(view).length === 0,
  traffic: (_step, { traffic }) => ({ state: traffic, summary: 'as declared' }),
  commands: () => [],
})
