import { Cul8erError } from '../errors.js'
import { operationId } from '../contracts/index.js'
import { inspect } from './inspect.js'
import type { Link } from './link.js'
import { logLines } from './log-lines.js'
import type { LogLine, LogOptions } from './log-options.js'

/**
 * The last log lines of what an operation removed when it was taken back.
 * @throws Cul8erError NOT_FOUND where nothing is kept
 */
export async function readKeptLogs(
  link: Link,
  topology: string,
  operation: number,
  options: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const { of, lines } = options
  const { logs, known } = await inspect(link, topology, { kind: 'evidence', topology, operation, of: of ?? null })
  if (logs.length === 0) {
    throw new Cul8erError('NOT_FOUND', `no logs of ${of ?? topology} are kept from ${operationId(operation)}`, {
      hint:
        known.length === 0
          ? 'logs are kept of the instances that an undo removes; cul8er history lists the operations'
          : `there are logs of ${known.join(', ')}`,
    })
  }
  const show = logLines(options, each)
  for (const { instance, lines: found, cut } of logs) {
    show(instance, lines === undefined ? found : found.slice(-lines), cut)
  }
}
