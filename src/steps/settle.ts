import { edgesOf } from './edges.js'
import { stepKind } from './kind.js'
import { joined, without } from './traffic.js'

/** The whole picture once more: declarations of ports may have changed without an instance. */
export const settle = stepKind({
  kind: 'settle',
  words: ({ before }) => (before === true ? 'public ports as before' : 'settle the edge'),
  instance: () => null,
  skip: (_step, view) => edgesOf(view).length === 0,
  traffic: ({ before, partly }, { traffic, base, leaving, dirty }) =>
    before === true && base !== null
      ? { state: joined(traffic, without(leaving, dirty)), topology: base.topology, undone: true, summary: 'as before' }
      : { state: traffic, settled: partly !== true, summary: 'as declared' },
  commands: () => [],
})
