/** `0.4 s`, `12.3 s`, `4 m 05 s`, `2 h 03 m`: times for people, from ms. */
export function humanDuration(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`
  const minutes = Math.floor(Math.round(seconds) / 60)
  if (minutes < 60) return `${minutes} m ${two(Math.round(seconds) % 60)} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} m`
}

/** `3 m 05 s`: how long ago an ISO time was. */
export const elapsed = (iso: string, nowMs = Date.now()): string => humanDuration(Math.max(0, nowMs - Date.parse(iso)))

/** `3 m 05 s ago`. */
export const ago = (iso: string, nowMs = Date.now()): string => `${elapsed(iso, nowMs)} ago`

/** `2026-01-02 03:04:05`, UTC: an ISO time for people. */
export const moment = (iso: string): string => iso.slice(0, 19).replace('T', ' ')

const two = (value: number): string => String(value).padStart(2, '0')
