import { median, ms, range, type Row } from './report.js'

/** One of two ways to the same end. */
export interface Side {
  /** What is timed. */
  run(round: number): Promise<unknown>
  /** Puts things back, untimed. */
  after?(round: number): Promise<unknown>
}

/** Times of two sides, in ms, by round. */
export interface Times {
  cul8er: number[]
  script: number[]
}

/** Both sides in turn, the one that begins changing, so that what else the machine does hits both alike. */
export async function sideBySide(rounds: number, sides: { cul8er: Side; script: Side }): Promise<Times> {
  const times: Times = { cul8er: [], script: [] }
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['cul8er', 'script'] as const) : (['script', 'cul8er'] as const)
    for (const name of order) {
      const startedAt = performance.now()
      try {
        await sides[name].run(round)
        times[name].push(performance.now() - startedAt)
      } finally {
        await sides[name].after?.(round)
      }
    }
  }
  return times
}

/** The ratio is the median of the rounds' ratios: the two times of a round were taken under the same load. */
export function ratioRow(what: string, { cul8er, script }: Times, most?: number): Row {
  const ratios = cul8er.map((time, i) => time / (script[i] ?? NaN))
  const ratio = median(ratios)
  return {
    what,
    cul8er: ms(median(cul8er)),
    against: `${ms(median(script))}, script`,
    ratio,
    ...(most === undefined ? {} : { aim: { most, value: ratio, text: `≤ ${most}` } }),
    note: `ratios ${range(ratios, (value) => value.toFixed(2))}`,
  }
}
