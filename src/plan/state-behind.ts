import type { ErrorReport } from '../errors.js'
import { someOf } from '../some-of.js'
import type { NumbersShown } from './numbers-shown.js'

/**
 * Why a state that was restored from a backup must not act: the hosts show numbers above those that it has given out, so that it plans by
 * what was, and its times have come for what lives now. null: it knows all that they show.
 * @param known - number of the last operation that it has given out
 */
export function stateBehind(topology: string, known: number, shown: NumbersShown): ErrorReport | null {
  if (shown.operation <= known) return null
  const { operation, revision, instances } = shown
  const where = instances.length === 0 ? '' : `, revision ${revision} (${someOf(instances, 5)})`
  return {
    code: 'STATE_LOST',
    message: `operation ${operation} of ${topology}${where} was at work, and this service knows no later one than operation ${known}: it was restored from an older backup, or another service deploys ${topology} too`,
    hint: waysOn(topology),
    details: { operation, revision, instances },
  }
}

/** Why an operation does nothing more: a later one has begun, so that it was in progress when the backup was made. */
export const overtaken = (topology: string, operation: number, last: number): ErrorReport => ({
  code: 'STATE_LOST',
  message: `operation ${operation} of ${topology} was taken up from an older backup: operation ${last} has begun since, and nothing more is changed`,
  hint: waysOn(topology),
  details: { operation: last, revision: 0, instances: [] },
})

const waysOn = (topology: string): string =>
  `cul8er state import --from-hosts ${topology} --force takes what the hosts have, by the file that was deployed last, and cul8er state import FILE what was exported; cul8er deploy ${topology} --force continues from what is known here, with numbers above those in use`
