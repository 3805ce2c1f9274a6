/** Characters that are shown. */
const MOST = 100

/** A program with its arguments on one line; what has spaces is quoted. */
export function commandWords(command: readonly string[]): string {
  const line = command.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
  return line.length > MOST ? `${line.slice(0, MOST)}…` : line
}
