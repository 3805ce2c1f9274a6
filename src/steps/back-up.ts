import { sizeWords } from '../topology/units.js'
import { stepKind } from './kind.js'
import { says } from './lines.js'
import { instanceAt } from './view.js'

/** ms; what ends it is a lack of progress. */
const MOST_MS = 24 * 60 * 60_000

/** A backup of an instance, now. */
export const backUp = stepKind({
  kind: 'backUp',
  words: () => 'back up',
  instance: ({ from }) => from.name,
  calls: ({ from }, view) => [
    {
      activity: 'backUpInstance',
      input: { ...instanceAt(view, from), revision: view.revision },
      pace: 'lasting',
      waitMs: MOST_MS,
      summary: from.name,
    },
  ],
  note: ([result]) => {
    const { id, bytes } = result as { id: string; bytes: number }
    return `${id}, ${sizeWords(Math.max(1, Math.round(bytes / (1024 * 1024))))}`
  },
  commands: ({ from }) => [says(from, 'back up')],
})
