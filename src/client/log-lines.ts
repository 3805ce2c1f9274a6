import type { LogLine, LogOptions } from './log-options.js'
import { lineTimes, writtenSince } from './log-times.js'

/** Last lines of each instance unless something else is asked for. */
export const LINES = 100
/** With a time to begin at; an answer has room for fewer. */
const LINES_SINCE = 20_000

/** How many lines to ask a worker for. */
export const linesWanted = ({ lines, since }: Pick<LogOptions, 'lines' | 'since'>): number =>
  lines ?? (since === undefined ? LINES : LINES_SINCE)

/**
 * Passes on those lines of a log that were asked for, with their times on request.
 * @returns takes the next lines of an instance, and how many before them there was no room for
 */
export function logLines(
  { since, lines, timestamps = false, remark = () => undefined }: LogOptions,
  each: (line: LogLine) => void,
): (instance: string, found: readonly string[], cut: number) => void {
  const timeOf = lineTimes()
  const told = new Set<string>()
  const once = (text: string): void => {
    if (!told.has(text)) remark(text)
    told.add(text)
  }
  return (instance, found, cut) => {
    const all = found.map((line) => timeOf(instance, line))
    const fresh = since === undefined ? all : writtenSince(all, since)
    // What was left out is older than all that was asked for, where something came that is too old.
    if (cut > 0 && (fresh ?? all).length === all.length)
      remark(`${instance}: ${cut} earlier lines left out: too many for one response`)
    if (fresh === null && all.length > 0) once(`${instance}: its log has no times, so older lines are shown too`)
    else if (timestamps && all.some(({ time }) => time === null)) once(`${instance}: not all lines have a time`)
    for (const { time, line, raw } of fresh ?? all.slice(-(lines ?? LINES))) {
      each(timestamps ? { instance, time, line } : { instance, line: raw })
    }
  }
}
