import { setTimeout as sleep } from 'node:timers/promises'
import { positionsOf, type InstanceLog } from '../../src/contracts/index.js'
import type { HostExecutor } from '../../src/hosts/executor.js'
import { oursOf } from '../../src/plan/ours.js'
import type { Ours } from '../../src/plan/planned-change.js'
import { logsFromCommand, logsPreviousCommand, type LogTarget } from '../../src/releases/commands.js'
import { LogReading, type LogBounds, type LogChunk } from '../../src/releases/log-reading.js'
import { asCul8erError } from '../errors.js'
import { knowSecrets, maskedError, maskedText } from '../secrets.js'
import { observeEach } from '../observe.js'
import { inBatches } from './in-batches.js'
import type { Inspection } from './inspection.js'

/** Bytes of JSON in one answer, and of one instance in it: Temporal takes 2 MB. */
const MOST_BYTES = { answer: 1024 * 1024, instance: 256 * 1024 }
/** Logs read at a time. */
const READERS = 16
/** ms for one reading. */
const READ_MS = 30_000
/** ms between two readings while the answer waits for lines. */
const LOOK_MS = 1_000

/**
 * The last lines of the logs of running instances, or what came since an earlier reading. A host or an instance that cannot be read is
 * named, and does not keep the others back.
 */
export const inspectLogs: Inspection<'logs'> = async (deps, request, signal) => {
  const { topology, of, lines, followMs, since, previous } = request
  for (const { resource, ...secret } of request.secrets ?? []) {
    await knowSecrets({ topology, resource, secrets: [secret] }, deps, signal)
  }
  const { observed, unreachable } = await observeEach(deps.executorFor, request.hosts, request.project, signal)
  const ours = oursOf(topology, observed)
  const meant = ours.filter(
    ({ name, status, labels }) => status === 'Running' && (of === null || labels.resource === of || name === of),
  )
  const bounds: LogBounds = {
    bytes: Math.min(MOST_BYTES.instance, Math.floor(MOST_BYTES.answer / Math.max(1, meant.length))),
    wholeLines: followMs !== undefined,
  }
  const read = (positions: Record<string, string>): Promise<InstanceLog[]> =>
    inBatches(meant, READERS, async (instance) => {
      const { host, name } = instance
      const from = positions[`${host}/${name}`] ?? null
      try {
        const executor = deps.executorFor(host, request.hosts[host]!)
        const log = await readLog(executor, targetOf(instance), { lines, from, since, previous, bounds, signal })
        return { host, instance: name, ...log, lines: log.lines.map(maskedText) }
      } catch (error) {
        signal.throwIfAborted()
        return {
          host,
          instance: name,
          lines: [],
          position: from,
          cut: 0,
          error: asCul8erError(maskedError(error)).toJSON(),
        }
      }
    })
  const until = Date.now() + (followMs ?? 0)
  let { positions } = request
  let logs = await read(positions)
  while (logs.every((log) => log.lines.length === 0) && Date.now() + LOOK_MS <= until) {
    // What was found empty is read from its beginning.
    positions = { ...positions, ...positionsOf(logs) }
    await sleep(LOOK_MS, undefined, { signal })
    logs = await read(positions)
  }
  return { logs, unreachable, known: [...new Set(ours.flatMap(({ name, labels }) => [labels.resource, name]))] }
}

interface Reading {
  lines: number
  from: string | null
  since?: number
  previous?: true
  bounds: LogBounds
  signal: AbortSignal
}

async function readLog(
  executor: HostExecutor,
  target: LogTarget,
  { lines, from, since, previous, bounds, signal }: Reading,
): Promise<Omit<LogChunk, 'rotated'>> {
  const once = async (position: string | null, room: LogBounds): Promise<LogChunk> => {
    const reading = new LogReading(position, room)
    const command = previous
      ? logsPreviousCommand(target, { lines })
      : logsFromCommand(target, { lines, from: position, since })
    await executor.run(command, { signal, timeoutMs: READ_MS, onStdout: reading.take })
    return reading.end()
  }
  const { rotated, ...first } = await once(from, bounds)
  if (!rotated) return first
  // The two share the room of one.
  const room = { ...bounds, bytes: Math.max(1, bounds.bytes - Buffer.byteLength(JSON.stringify(first.lines))) }
  const second = await once(first.position, room)
  return { lines: [...first.lines, ...second.lines], position: second.position, cut: first.cut + second.cut }
}

const targetOf = ({ name, project, labels: { release } }: Ours): LogTarget => ({
  name,
  project: project ?? null,
  release: release === null ? null : { name: release.split('@')[0] ?? '' },
})
