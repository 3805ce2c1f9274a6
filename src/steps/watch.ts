import { durationWords } from '../topology/units.js'
import { stepKind } from './kind.js'

/** Stays for a time, or until a promote, and looks: a breach fails the operation. How it looks is in `workflows/watch.ts`. */
export const watch = stepKind({
  kind: 'watch',
  words: ({ watch: { purpose, weight, forMs } }) => {
    const time = forMs === 'manual' ? 'until a promote' : `for ${durationWords(forMs)}`
    return purpose === 'bake' ? `bake ${time}` : `watch at ${weight} %, ${time}`
  },
  instance: () => null,
  commands: () => [],
})
