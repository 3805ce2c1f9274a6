import type { OperationResult } from '../contracts/index.js'
import type { Change } from '../plan/model.js'

/** An instance that was moved with its data. */
export interface DownTime {
  instance: string
  /** Where it is now. */
  host: string
  /** From when it got no request any more, or was stopped, until it served again, ms. */
  downMs: number
}

/** How long each instance that an operation moved with its data was down, by the steps of that. Pure. */
export const downTimes = (changes: readonly Change[], steps: OperationResult['steps']): DownTime[] =>
  changes.flatMap(({ action, instance, host }) => {
    if (action !== 'move') return []
    const own = steps.filter((step) => step.instance === instance && step.outcome === 'done')
    const began = own.find(({ name }) => name === 'drain' || name === 'stop')
    const ended = own.findLast(({ name }) => name === 'admit' || name === 'take over')
    if (began === undefined || ended === undefined) return []
    const end = Date.parse(ended.startedAt) + ended.durationMs
    return [{ instance, host, downMs: end - Date.parse(began.startedAt) }]
  })
