import { stripVTControlCharacters } from 'node:util'
import type { Output } from '../output.js'

/**
 * A line as several of at most so many columns, broken between words; one word alone may be longer.
 * @param indent - before all lines but the first
 */
export function wrapped(text: string, indent: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === '' ? word : `${line} ${word}`
    // What colors it takes no room.
    if (stripVTControlCharacters(longer).length <= columns || line.trim() === '') line = longer
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line]
}

/** What decides how wide prose is. */
export type Layout = Pick<Output, 'isTTY' | 'columns'>

/** Prose as wide as the terminal that it goes to; a pipe gets each line whole, and so does a command that is meant to be copied. */
export const laidOut = (text: string, { isTTY, columns }: Layout): string =>
  isTTY !== true
    ? text
    : text
        .split('\n')
        .flatMap((line) => wrapped(line, `${/^ */.exec(line)?.[0] ?? ''}  `, columns || 80))
        .join('\n')
