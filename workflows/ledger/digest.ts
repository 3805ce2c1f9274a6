import type { ErrorReport } from '../../src/errors.js'

/**
 * What is kept with an outcome: characters of an error's message, of its details, and of the log lines and of one line in these; warnings,
 * and characters of one.
 */
const MOST = { message: 4_000, details: 8_000, logs: 4_000, line: 500, warnings: 5, warning: 300 } as const

/**
 * An error as the ledger keeps it: the ledger is one payload, and an error may tell of a thousand instances. All of it is with the
 * operation's own workflow, as long as Temporal keeps that; here the last probe and the last log lines come before the rest, and what
 * there is no room for is named in `leftOut`.
 */
export function errorDigest({ details, ...error }: ErrorReport): ErrorReport {
  return {
    ...error,
    message: shortened(error.message, MOST.message),
    ...(details === undefined ? {} : { details: detailsDigest(details) }),
  }
}

type Details = NonNullable<ErrorReport['details']>

/** First what a person looks for. */
const FIRST = ['instance', 'asked', 'probe', 'logs', 'reasons']

function detailsDigest(details: Details): Details {
  if (sizeOf(details) <= MOST.details) return details
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length)
  const keys = Object.keys(details).sort((a, b) => rank(a) - rank(b))
  const leftOut: string[] = []
  const kept: Details = {}
  for (const key of keys) {
    const value = key === 'logs' ? logsDigest(details[key]) : details[key]
    if (sizeOf({ ...kept, [key]: value }) <= MOST.details - NAMES) kept[key] = value
    else leftOut.push(key)
  }
  return leftOut.length === 0 ? kept : { ...kept, leftOut: leftOut.slice(0, 20).map((key) => shortened(key, 40)) }
}

/** Characters that the names of what is left out may take. */
const NAMES = 1_000

function logsDigest(logs: unknown): unknown {
  if (!Array.isArray(logs)) return logs
  const lines = logs.map((line) => shortened(String(line), MOST.line))
  let first = lines.length
  for (let room = MOST.logs; first > 0 && room >= sizeOf(lines[first - 1]); first -= 1) room -= sizeOf(lines[first - 1])
  return lines.slice(first)
}

/** The first warnings, each as far as the ledger keeps it. */
export const warningsDigest = (warnings: readonly string[]): string[] =>
  warnings.slice(0, MOST.warnings).map((each) => shortened(each, MOST.warning))

const sizeOf = (value: unknown): number => JSON.stringify(value ?? null).length

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
