import { Cul8erError } from '../errors.js'
import { parseDuration } from '../topology/units.js'

const HOUR_MS = 3_600_000

/** How long ended operations are kept with their steps, unless somebody says otherwise. */
export const RETENTION_MS = 30 * 24 * HOUR_MS

/** What a namespace of Temporal's dev server begins with: nobody chose it. */
const SERVER_RETENTION_MS = 24 * HOUR_MS

/**
 * What CUL8ER_RETENTION asks for; null: nothing.
 * @throws Cul8erError USAGE for what is no duration, or shorter than Temporal takes
 */
export function wantedRetention(env: NodeJS.ProcessEnv = process.env): number | null {
  const text = env.CUL8ER_RETENTION
  if (text === undefined || text === '') return null
  const ms = parseDuration(text)
  if (ms !== null && ms >= HOUR_MS) return ms
  throw new Cul8erError('USAGE', `CUL8ER_RETENTION is ${JSON.stringify(text)}; expected a duration of at least 1h`, {
    hint: "such as '12h' or '30d'",
  })
}

/** What a namespace that keeps for `currentMs` should be set to; null: it stays as it is. */
export function retentionToSet(currentMs: number, wantedMs: number | null): number | null {
  if (wantedMs !== null) return wantedMs === currentMs ? null : wantedMs
  return currentMs === SERVER_RETENTION_MS ? RETENTION_MS : null
}
