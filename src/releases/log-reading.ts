/** What one reading of a log gave. */
export interface LogChunk {
  lines: string[]
  /** Where the next reading goes on; null: nothing was learnt. */
  position: string | null
  /** Lines before these that there was no room for. */
  cut: number
  /** The file was begun anew since the last reading: what follows is in the new one. */
  rotated: boolean
}

export interface LogBounds {
  /** Bytes of the lines as JSON. */
  bytes: number
  /** A line that has no end yet is left for the next reading. */
  wholeLines: boolean
}

/** A longer line is cut, bytes. */
export const LONGEST_LINE = 16 * 1024

/**
 * Takes the output of `logsFromCommand` as it comes and keeps the last lines of it, within bounds. Output that did not arrive
 * whole counts only as far as a position is known for it, so that no line is lost or comes twice.
 */
export class LogReading {
  private readonly kept: { line: string; size: number }[] = []
  private bytes = 0
  private cut = 0
  /** The first line, which says what log it is. */
  private mark: string | null = null
  /** In a file: behind the last line that was taken. */
  private offset = 0
  private line: Uint8Array[] = []
  /** Of the line that has no end yet; what is beyond the longest is not kept, only counted. */
  private lineBytes = 0

  /** @param before - the position that the reading began at */
  constructor(
    private readonly before: string | null,
    private readonly bounds: LogBounds,
  ) {}

  readonly take = (chunk: Uint8Array): void => {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.extend(chunk.subarray(from, end))
      this.ended(1)
      from = end + 1
    }
    this.extend(chunk.subarray(from))
  }

  end(): LogChunk {
    const dialect = this.mark?.split(' ')[0]
    if (dialect === 'journal') return this.journal()
    if (this.lineBytes > 0 && (!this.bounds.wholeLines || this.lineBytes > LONGEST_LINE)) this.ended(0)
    if (dialect === 'file') return this.chunk(`file:${this.offset}`)
    if (dialect === 'rotated') return { ...this.chunk('file:0'), rotated: true }
    return { lines: [], position: this.before, cut: 0, rotated: false }
  }

  private journal(): LogChunk {
    const last = this.kept.at(-1)?.line
    const cursor = last?.startsWith(CURSOR) === true ? last.slice(CURSOR.length) : null
    // Without a cursor the lines did not all arrive, or there are none.
    if (cursor === null) return { lines: [], position: this.before ?? 'journal:', cut: 0, rotated: false }
    this.kept.pop()
    return this.chunk(`journal:${cursor}`)
  }

  private chunk(position: string): LogChunk {
    return { lines: this.kept.map(({ line }) => line), position, cut: this.cut, rotated: false }
  }

  private extend(piece: Uint8Array): void {
    const room = LONGEST_LINE + 1 - this.lineBytes
    // A copy: the executor may use its memory again.
    if (room > 0 && piece.length > 0) this.line.push(piece.slice(0, room))
    this.lineBytes += piece.length
  }

  private ended(newline: 0 | 1): void {
    const bytes = Buffer.concat(this.line)
    const text = bytes.subarray(0, LONGEST_LINE).toString('utf8') + (this.lineBytes > LONGEST_LINE ? '…' : '')
    const length = this.lineBytes + newline
    this.line = []
    this.lineBytes = 0
    if (this.mark === null) {
      this.mark = text
      this.offset = Number(/^file (\d+)$/.exec(text)?.[1] ?? 0)
      return
    }
    this.offset += length
    this.keep(text)
  }

  private keep(text: string): void {
    const wanted = sizeOf(text)
    const line = wanted <= this.bounds.bytes ? text : shortened(text, this.bounds.bytes / wanted)
    const size = sizeOf(line)
    this.kept.push({ line, size })
    this.bytes += size
    while (this.bytes > this.bounds.bytes && this.kept.length > 1) {
      this.bytes -= this.kept.shift()?.size ?? 0
      this.cut += 1
    }
  }
}

const sizeOf = (line: string): number => Buffer.byteLength(JSON.stringify(line)) + 1

const shortened = (line: string, share: number): string => `${line.slice(0, Math.floor(line.length * share))}…`

const NEWLINE = 0x0a
const CURSOR = '-- cursor: '
