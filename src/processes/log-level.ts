import { Cul8erError } from '../errors.js'
import { nearest } from '../topology/nearest.js'

/** What `CUL8ER_LOG` may say, from the most to the least; each writes what those after it write, too. */
const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * How much the service and its workers log; `info` where `CUL8ER_LOG` is unset.
 * @throws Cul8erError USAGE for another value
 */
export function logLevel(env: NodeJS.ProcessEnv): LogLevel {
  const { CUL8ER_LOG: value = '' } = env
  if (value === '') return 'info'
  const found = LOG_LEVELS.find((level) => level === value)
  if (found !== undefined) return found
  const near = nearest(value, LOG_LEVELS)
  throw new Cul8erError('USAGE', `CUL8ER_LOG is ${JSON.stringify(value)}, allowed ${LOG_LEVELS.join(', ')}`, {
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  })
}
