import { stepKind } from './kind.js'

/** The last log lines of an instance that is about to be removed. */
export const keepLogs = stepKind({
  kind: 'keepLogs',
  words: () => 'keep the log',
  instance: ({ at }) => at.name,
  optional: true,
  calls: () => [],
  commands: () => [],
})
