/** A line with its time, where that is known. */
export interface TimedLine {
  /** ISO time; null: nothing says it. */
  time: string | null
  /** As it was read. */
  raw: string
  /** Without the time and the host that a journal puts before it. */
  line: string
}

/**
 * Reads the times of log lines, in their order. A systemd journal has one for each line; in a file only what the app wrote itself counts,
 * at the beginning of a line: `2026-01-02T03:04:05Z`, `2026-01-02 03:04:05,678`; without a zone it is UTC. A line without one has that of
 * the line before it, as the lines of a stack trace have.
 */
export function lineTimes(): (instance: string, line: string) => TimedLine {
  const before = new Map<string, string>()
  return (instance, raw) => {
    const [, stamp, written] = JOURNAL.exec(raw) ?? []
    // The journal names the host, which is the instance.
    const isJournal = written?.startsWith(`${instance} `) === true
    const time = isoOf(isJournal ? stamp : OWN.exec(raw)?.[1]) ?? before.get(instance) ?? null
    if (time !== null) before.set(instance, time)
    return { time, raw, line: isJournal ? written.slice(instance.length + 1) : raw }
  }
}

/**
 * Of the lines of one log those written at that time or later. What precedes the first time in it is taken to be as old as that line.
 * null: it has no times.
 */
export function writtenSince(lines: readonly TimedLine[], since: Date): TimedLine[] | null {
  const first = lines.find(({ time }) => time !== null)?.time ?? null
  return first === null ? null : lines.filter(({ time }) => Date.parse(time ?? first) >= since.getTime())
}

/** As `journalctl --output=short-iso` writes it: time, host, program, text. */
const JOURNAL = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d) (.*)$/s

const OWN = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)(?!\d)/

function isoOf(text: string | undefined): string | null {
  if (text === undefined) return null
  const [, day = '', time = '', fraction = '', zone = ''] = PARTS.exec(text) ?? []
  const date = new Date(`${day}T${time}${fraction.replace(',', '.')}${zone === '' ? 'Z' : withColon(zone)}`)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

const PARTS = /^(\S{10})[T ](\d\d:\d\d:\d\d)([.,]\d+)?(.*)$/

const withColon = (zone: string): string => zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
