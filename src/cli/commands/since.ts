import { InvalidArgumentError } from '@commander-js/extra-typings'
import { parseDuration } from '../../topology/units.js'

/** A time in the past, as `10m` for ten minutes ago or as a time of its own; without a zone it is local. */
export function since(text: string, now = new Date()): Date {
  const ms = parseDuration(text)
  const then = ms === null ? timeIn(text, now) : new Date(now.getTime() - ms)
  if (then === null || Number.isNaN(then.getTime())) {
    throw new InvalidArgumentError(
      "expected a duration such as '10m', or a time such as '14:30' or '2026-01-31T14:30:00Z'",
    )
  }
  if (then > now) throw new InvalidArgumentError(`expected a time in the past; it is ${now.toISOString()} now`)
  return then
}

/** `14:30` is the last half past two that there was. */
function timeIn(text: string, now: Date): Date | null {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text) ?? []
  if (hours === undefined) return DAY_AND_TIME.test(text) ? dayAndTime(text) : null
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds)]
  if (h > 23 || m > 59 || s > 59) return null
  const time = new Date(now)
  time.setHours(h, m, s, 0)
  if (time > now) time.setDate(time.getDate() - 1)
  return time
}

/** `2026-02-30` is no day, though JavaScript takes it for the second of March. */
function dayAndTime(text: string): Date | null {
  const [day = '', time = '00:00'] = text.split(/[T ]/)
  const utc = new Date(`${day}T00:00:00Z`)
  if (Number.isNaN(utc.getTime()) || !utc.toISOString().startsWith(day)) return null
  return new Date(`${day}T${time}`)
}

const DAY_AND_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/
