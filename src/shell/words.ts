/** A word as a POSIX shell reads it back, whatever is in it. */
export const quoted = (word: string): string => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** Words as a POSIX shell reads them back, each in single quotes. */
export const shellWords = (words: readonly string[]): string => words.map(quoted).join(' ')
