/* What other tools call what we do: a person who comes from them types it first. */

const MEANT: Readonly<Record<string, string>> = {
  apply: 'deploy',
  delete: 'destroy',
  diff: 'plan',
  down: 'destroy',
  list: 'state list',
  ls: 'state list',
  ps: 'status',
  remove: 'destroy',
  rm: 'destroy',
  start: 'deploy',
  stop: 'service stop',
  undo: 'rollback',
  uninstall: 'destroy',
  up: 'deploy',
  version: '--version',
}

/** The command line that a word of other tools stands for, or undefined. */
export const otherWord = (word: string): string | undefined => (Object.hasOwn(MEANT, word) ? MEANT[word] : undefined)
