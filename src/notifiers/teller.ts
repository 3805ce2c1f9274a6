import type { NoticeEvent } from '../contracts/notice.js'
import { Cul8erError } from '../errors.js'

/** What a notifier tells with. */
export interface TellMeans {
  event: NoticeEvent
  /** The same at every try: whoever is told can see that it is told again. */
  key: string
  /** The clear value of the notifier's secret; null: it has none. */
  secret: string | null
  signal: AbortSignal
}

/**
 * Tells once, within 10 s.
 * @throws Cul8erError NOTIFIER saying how it failed, without its target; or the signal's reason
 */
export type Teller<Choice> = (choice: Choice, means: TellMeans) => Promise<void>

/** ms for one try. */
export const WITHIN_MS = 10_000

/** That somebody could not be told, and why. */
export const notTold = (reason: string): Cul8erError => new Cul8erError('NOTIFIER', reason)
