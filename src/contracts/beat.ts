/** What an activity says of itself with each heartbeat: what the next attempt goes on from, and for people what it does. */
export interface Beat {
  /** Tells it from what workers of before sent, which was `kept` alone. */
  beat: 1
  kept?: unknown
  doing?: Doing
}

/** What a step under way waits for, and what it found last. */
export interface Doing {
  instance?: string
  /** `HTTP 500 from http://10.0.0.5:4000/health, 12 probes`. */
  words?: string
  /** ms since this wait began, and the most that it may take. */
  ms?: number
  mostMs?: number
}

export const isBeat = (value: unknown): value is Beat =>
  typeof value === 'object' && value !== null && 'beat' in value && value.beat === 1
