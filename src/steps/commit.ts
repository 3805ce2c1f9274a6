import { stepKind } from './kind.js'

/** From here on nothing is taken back: what is not needed any more is removed. */
export const commit = stepKind({
  kind: 'commit',
  words: () => 'point of no return',
  instance: () => null,
  skip: ({ gone }) => gone.length === 0,
  note: (_results, { gone }) => `from here on ${gone.join(', ')} cannot come back`,
  commands: () => [],
})
