import Table from 'cli-table3'
import type { Palette } from '../palette.js'

/** Columns without lines, the head dim. A last column with nothing in it is left out: its head would wrap a narrow terminal. */
export function table(head: string[], rows: string[][], { dim }: Pick<Palette, 'dim'>): string {
  const last = head.length - 1
  if (last > 0 && rows.length > 0 && rows.every((row) => (row[last] ?? '') === ''))
    return table(
      head.slice(0, last),
      rows.map((row) => row.slice(0, last)),
      { dim },
    )
  const lines = new Table({
    head: head.map((word) => dim(word)),
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  lines.push(...rows)
  return lines
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`, `left-${side}`, `right-${side}`])
    .map((key) => [key, '']),
)
