import { stripVTControlCharacters } from 'node:util'
import type { Output } from './output.js'
import { laidOut } from './render/wrapped.js'
import { visible } from './visible.js'

/** Lines that are drawn again in place at the end of a terminal, with finished lines above them. */
export class Live {
  #drawn = 0

  constructor(private readonly output: Output) {}

  /** A line that stays, as several where it is too long. */
  print(line: string): void {
    this.clear()
    this.output.write(`${laidOut(visible(line), this.output)}\n`)
  }

  /** Replaces the lines that were drawn last. */
  draw(lines: string[]): void {
    this.clear()
    // A terminal that does not know its width says 0.
    const width = this.output.columns || 80
    for (const line of lines) this.output.write(`${fit(visible(line), width)}\n`)
    this.#drawn = lines.length
  }

  clear(): void {
    // ECMA-48: cursor up n lines, erase from there to the end.
    if (this.#drawn > 0) this.output.write(`\x1b[${this.#drawn}A\x1b[J`)
    this.#drawn = 0
  }
}

// A line that wraps would count as two and leave remains behind.
function fit(line: string, width: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length < width ? line : `${plain.slice(0, width - 2)}…`
}
