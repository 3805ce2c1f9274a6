import { Cul8erError } from '../errors.js'
import { positionsOf, type LedgerState } from '../contracts/index.js'
import { inspect } from './inspect.js'
import { linesWanted, logLines } from './log-lines.js'
import type { LogLine, LogOptions } from './log-options.js'
import type { Link } from './link.js'
import { refuseNothing, whereLogsAre } from './where-logs-are.js'

/** ms that a worker waits for lines before it answers that there are none: well within one attempt of a call. */
const FOLLOW_MS = 5_000

/**
 * Log lines of a topology's instances, as the workers read them; with `follow` also what comes, until the signal.
 * @throws Cul8erError USAGE for a resource that there is none of, UNKNOWN_TOPOLOGY, what kept every log from being read
 */
export async function readLogs(
  link: Link,
  state: LedgerState,
  options: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const { of, follow = false, since, signal, remark = () => undefined } = options
  const { topology } = state
  const where = whereLogsAre(state)
  if (where === null) throw new Cul8erError('UNKNOWN_TOPOLOGY', `${topology} is not deployed`)
  const told = new Set<string>()
  const once = (text: string): void => {
    if (!told.has(text)) remark(text)
    told.add(text)
  }
  const gone = aborted(signal)
  let shown = 0
  const show = logLines(options, (line) => {
    shown += 1
    each(line)
  })
  let positions: Record<string, string> = {}
  for (let first = true; ; first = false) {
    const asking = inspect(link, topology, {
      ...{ kind: 'logs', topology, ...where, of: of ?? null, lines: linesWanted(options), positions },
      ...(follow ? { followMs: FOLLOW_MS } : {}),
      ...(since === undefined ? {} : { since: Math.floor(since.getTime() / 1000) }),
    })
    const answer = await Promise.race([asking, gone])
    if (answer === null) return
    if (first) refuseNothing(answer, of, Object.keys(where.hosts).length)
    for (const { host, error } of answer.unreachable) once(`${host} did not answer: ${error.message}`)
    for (const { instance, lines: found, cut, error } of answer.logs) {
      if (error !== undefined) once(`${instance} cannot be read: ${error.message}`)
      show(instance, found, cut)
    }
    if (!follow) {
      if (shown === 0 && answer.logs.every(({ error }) => error === undefined))
        remark(`${of ?? topology} has logged nothing${since === undefined ? '' : ' in that time'}`)
      return
    }
    positions = { ...positions, ...positionsOf(answer.logs) }
  }
}

const aborted = (signal: AbortSignal | undefined): Promise<null> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) resolve(null)
    signal?.addEventListener('abort', () => resolve(null), { once: true })
  })
