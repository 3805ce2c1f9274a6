import { PROBES } from '../../health/probes/registry.js'
import { DEFAULTS } from '../defaults.js'
import { duration, oneOf, section, whole } from './words.js'

/** What is done between operations about an instance that fails its check. */
const unhealthy = section({
  restart: whole(0, 100).default(DEFAULTS.unhealthyRestart).describe('Restarts that are tried; `0`: none'),
  within: duration()
    .default(DEFAULTS.unhealthyWithin)
    .describe('How long it must stay healthy for its restarts to be forgotten'),
  then: oneOf(['replace', 'alert'])
    .default(DEFAULTS.unhealthyThen)
    .describe('After the last restart: `replace` it by a fresh instance of the same revision, or only `alert`'),
})

/** When an instance counts as healthy; `check/choices.ts` sees that it names one probe. */
export const healthcheck = section({
  ...PROBES.keys,
  interval: duration().default(DEFAULTS.interval).describe('Time between two probes'),
  timeout: duration().default(DEFAULTS.timeout).describe('Time that one probe may take'),
  retries: whole(0, 1_000)
    .optional()
    .meta({
      defaultText: `\`${DEFAULTS.retries}\``,
      description: 'Consecutive failures, after the first success, that make an instance unhealthy',
    }),
  ...PROBES.options,
  minHealthyTime: duration(0)
    .default(DEFAULTS.minHealthyTime)
    .describe('How long it must stay healthy without a break'),
  deadline: duration()
    .optional()
    .meta({
      defaultText: `\`${DEFAULTS.deadline}\`; with \`retries\`: minHealthyTime + 30s + retries × (interval + timeout)`,
      description: 'Time by which it must have become healthy',
    }),
  unhealthy: unhealthy
    .optional()
    .describe('What is done about an instance that fails `retries` times in a row between operations; absent: nothing'),
})
