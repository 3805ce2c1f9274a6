import Table from 'cli-table3'

/** One line of the report. Times in ms unless the text says otherwise. */
export interface Row {
  what: string
  cul8er: string
  /** What it is measured against; '': nothing. */
  against?: string
  ratio?: number
  /** The most, or the least, that ratio or value may be. */
  aim?: { most?: number; least?: number; value: number; text: string }
  note?: string
}

/** The report as a table; an aim that is missed says so, and fails nothing: a loaded machine is no broken program. */
export function table(rows: readonly Row[]): string {
  const drawn = new Table({
    head: ['', 'cul8er', 'against', 'ratio', 'aim', ''],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [46, 22, 26, 8, 14, 34],
  })
  for (const { what, cul8er, against = '', ratio, aim, note = '' } of rows) {
    const met = aim === undefined ? '' : `${aim.text} ${isMet(aim) ? '✔' : '✘'}`
    drawn.push([what, cul8er, against, ratio === undefined ? '' : ratio.toFixed(2), met, note])
  }
  return drawn.toString()
}

const isMet = ({ most = Infinity, least = -Infinity, value }: NonNullable<Row['aim']>): boolean =>
  value <= most && value >= least

export const ms = (value: number): string => `${Math.round(value)} ms`

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] ?? NaN)
    : ((sorted[half - 1] ?? NaN) + (sorted[half] ?? NaN)) / 2
}

/** Smallest and largest, so that a reader sees how far a median may be trusted. */
export const range = (values: readonly number[], show: (value: number) => string = ms): string =>
  `${show(Math.min(...values))} to ${show(Math.max(...values))}`
