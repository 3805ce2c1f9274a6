import { quoted } from '../../shell/words.js'

/**
 * A word as a POSIX shell reads it back. sshd hands what it is given to the login's shell: there is no list of arguments over SSH.
 * @throws RangeError for a word with NUL, which no command can get
 */
export function shellWord(word: string): string {
  if (word.includes('\0')) throw new RangeError('a word of a command cannot hold NUL')
  return PLAIN.test(word) ? word : quoted(word)
}

/** Words as a line of a POSIX shell. */
export const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ')

// Nothing that a shell gives a meaning to, at the beginning of a word or in it.
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/
