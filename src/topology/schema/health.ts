import { DEFAULTS } from '../defaults.js'
import { ENDPOINTS, parseEndpoint } from '../probe.js'
import { command, duration, section, whole, word } from './words.js'

/** When an instance counts as healthy; `check/choices.ts` sees that it names one probe. */
export const healthcheck = section({
  endpoint: word(ENDPOINTS)
    .refine((endpoint) => parseEndpoint(endpoint) !== null, { error: ENDPOINTS })
    .optional()
    .describe(
      '`http(s)://localhost:PORT/path` or `tcp://localhost:PORT`; localhost is the instance itself. This or `command`',
    ),
  command: command().optional().describe('Run inside the instance; exit 0 is healthy. This or `endpoint`'),
  interval: duration().default(DEFAULTS.interval).describe('Time between two probes'),
  timeout: duration().default(DEFAULTS.timeout).describe('Time that one probe may take'),
  retries: whole(0, 1_000)
    .optional()
    .meta({
      defaultText: `\`${DEFAULTS.retries}\``,
      description: 'Consecutive failures, after the first success, that make an instance unhealthy',
    }),
  expectedStatus: whole(100, 599).optional().describe('HTTP status that counts as healthy; any 2xx when absent'),
  minHealthyTime: duration(0)
    .default(DEFAULTS.minHealthyTime)
    .describe('How long it must stay healthy without a break'),
  deadline: duration()
    .optional()
    .meta({
      defaultText: `\`${DEFAULTS.deadline}\`; with \`retries\`: minHealthyTime + 30s + retries × (interval + timeout)`,
      description: 'Time by which it must have become healthy',
    }),
})
