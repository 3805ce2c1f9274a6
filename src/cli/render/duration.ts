import { durationWords, secondsWords } from '../../topology/units.js'

/** `0.4 s`, `12.3 s`, `4 m 05 s`, `2 h 03 m`: how long something took, from ms. From one minute on as `durationWords` says it. */
export const humanDuration = (ms: number): string => (ms < 59_950 ? `${(ms / 1000).toFixed(1)} s` : durationWords(ms))

/** `3 m 05 s`: how long ago an ISO time was. */
export const elapsed = (iso: string, nowMs = Date.now()): string => humanDuration(Math.max(0, nowMs - Date.parse(iso)))

/** `3 m 05 s ago`. */
export const ago = (iso: string, nowMs = Date.now()): string => `${elapsed(iso, nowMs)} ago`

/** `at 2026-01-02 04:04:05 +01:00 (in 4 m 05 s)`: when something that an ISO time announces will happen. */
export const due = (iso: string, nowMs = Date.now()): string =>
  `at ${moment(iso)} (in ${secondsWords(Date.parse(iso) - nowMs)})`

/** `2026-01-02 04:04:05 +01:00`: an ISO time for people, where they are. */
export function moment(iso: string): string {
  const time = new Date(iso)
  const day = [time.getFullYear(), time.getMonth() + 1, time.getDate()].map(two).join('-')
  return `${day} ${timeOfDay(iso)} ${zone(time)}`
}

/** `04:04:05`, where people are. */
export function timeOfDay(iso: string): string {
  const time = new Date(iso)
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
}

/** `UTC`, `+01:00`: abbreviations of zones mean several things. */
function zone(time: Date): string {
  const offset = -time.getTimezoneOffset()
  if (offset === 0) return 'UTC'
  const minutes = Math.abs(offset)
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

const two = (value: number): string => String(value).padStart(2, '0')
