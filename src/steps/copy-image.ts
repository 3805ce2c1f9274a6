import { copyWords, WORKER, workersMachine } from '../plan/image-copies.js'
import { stepKind } from './kind.js'
import { says } from './lines.js'
import { hostAt } from './view.js'

/** An image that a host lacks, from one that has it. */
export const copyImage = stepKind({
  kind: 'copyImage',
  words: ({ copy }) => `copy image ${copyWords(copy)} to ${copy.host}`,
  instance: () => null,
  calls: ({ copy }, view) => [
    {
      activity: 'copyImage',
      input: {
        ...hostAt(view, copy.host),
        copy,
        from: copy.from === null ? { host: WORKER, via: workersMachine } : hostAt(view, copy.from),
      },
      pace: 'lasting',
      waitMs: LEAST_MS + copy.sizeBytes / SLOWEST_BYTES_PER_MS,
      summary: `${copy.image} to ${copy.host}`,
    },
  ],
  note: ([result]) => ((result as { copied: boolean }).copied ? undefined : 'the host has it by now'),
  commands: ({ copy }) => [says({ name: copy.image, host: copy.host }, 'copy image', copyWords(copy))],
})

/** Time for what does not depend on the size, ms. */
const LEAST_MS = 5 * 60_000

/** A quarter of a MiB a second, there and back: a slower line is better served by an image that is built on its far side. */
const SLOWEST_BYTES_PER_MS = 262
