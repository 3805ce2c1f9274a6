import { Cul8erError } from '../errors.js'
import { hostsOf } from '../plan/where.js'
import { nearest } from '../topology/nearest.js'
import { operationId, positionsOf, type InspectAnswers, type LedgerState } from '../contracts/index.js'
import { inspect } from './inspect.js'
import type { Link } from './link.js'
import { environmentSecrets } from '../plan/environment-secrets.js'
import type { SecretOf } from '../plan/model.js'
import { currentRevision } from '../plan/revisions.js'

/** Whose log is read, and how much of it. */
export interface LogOptions {
  /** A resource or one of its instances; absent: all that run. */
  of?: string
  /** Last lines of each instance; default 100, of removed ones all that is kept. */
  lines?: number
  follow?: boolean
  /** Number of an operation: what its removed instances said last, instead of what runs; `follow` does not go with it. */
  operation?: number
  signal?: AbortSignal
  /** Told of what is left out: lines that there was no room for, hosts that do not answer. */
  remark?: (text: string) => void
}

/** One line that an instance's app wrote, without its end. */
export interface LogLine {
  instance: string
  line: string
}

/**
 * The last log lines of what an operation removed when it was taken back.
 * @throws Cul8erError NOT_FOUND where nothing is kept
 */
export async function readEvidence(
  link: Link,
  topology: string,
  operation: number,
  { of, lines, remark = () => undefined }: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const { logs, known } = await inspect(link, topology, { kind: 'evidence', topology, operation, of: of ?? null })
  if (logs.length === 0) {
    throw new Cul8erError('NOT_FOUND', `no logs of ${of ?? topology} are kept from ${operationId(operation)}`, {
      hint:
        known.length === 0
          ? 'logs are kept of the instances that an undo removes; cul8er history lists the operations'
          : `there are logs of ${known.join(', ')}`,
    })
  }
  for (const { instance, lines: found, cut } of logs) {
    if (cut > 0) remark(`${instance}: ${cut} earlier lines left out: too many for one response`)
    for (const line of lines === undefined ? found : found.slice(-lines)) each({ instance, line })
  }
}

/** ms that a worker waits for lines before it answers that there are none: well within one attempt of a call. */
const FOLLOW_MS = 5_000

/**
 * Log lines of a topology's instances, as the workers read them; with `follow` also what comes, until the signal.
 * @throws Cul8erError USAGE for a resource that there is none of, UNKNOWN_TOPOLOGY, what kept every log from being read
 */
export async function readLogs(
  link: Link,
  state: LedgerState,
  { of, lines = 100, follow = false, signal, remark = () => undefined }: LogOptions,
  each: (line: LogLine) => void,
): Promise<void> {
  const { topology } = state
  const revision = currentRevision(state)
  if (revision === null) throw new Cul8erError('UNKNOWN_TOPOLOGY', `${topology} is not deployed`)
  const hosts = hostsOf(state, state.attempted ?? state.desired)
  const secrets = secretsOf(state)
  const told = new Set<string>()
  const once = (text: string): void => {
    if (!told.has(text)) remark(text)
    told.add(text)
  }
  const gone = aborted(signal)
  let positions: Record<string, string> = {}
  for (let first = true; ; first = false) {
    const { project } = revision.topology
    const asking = inspect(link, topology, {
      ...{ kind: 'logs', topology, hosts, project, of: of ?? null, lines, positions },
      ...(follow ? { followMs: FOLLOW_MS } : {}),
      ...(secrets.length === 0 ? {} : { secrets }),
    })
    const answer = await Promise.race([asking, gone])
    if (answer === null) return
    if (first) refuseNothing(answer, of, Object.keys(hosts).length)
    for (const { host, error } of answer.unreachable) once(`${host} did not answer: ${error.message}`)
    for (const { instance, lines: found, cut, error } of answer.logs) {
      if (cut > 0) remark(`${instance}: ${cut} earlier lines left out: too many for one response`)
      if (error !== undefined) once(`${instance} cannot be read: ${error.message}`)
      for (const line of found) each({ instance, line })
    }
    if (!follow) {
      if (answer.logs.every(({ lines: found, error }) => found.length === 0 && error === undefined))
        remark(`${of ?? topology} has logged nothing`)
      return
    }
    positions = { ...positions, ...positionsOf(answer.logs) }
  }
}

/** Of the revisions that may run. */
const secretsOf = ({ revisions, desired, attempted, stable }: LedgerState): SecretOf[] =>
  environmentSecrets(revisions.filter(({ number }) => [desired, attempted, stable].includes(number)))

const aborted = (signal: AbortSignal | undefined): Promise<null> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) resolve(null)
    signal?.addEventListener('abort', () => resolve(null), { once: true })
  })

/** An answer with nothing in it says why. */
function refuseNothing(
  { logs, known, unreachable }: InspectAnswers['logs'],
  of: string | undefined,
  hosts: number,
): void {
  const failed = logs.length > 0 && logs.every(({ error }) => error !== undefined) ? logs[0]?.error : undefined
  const report = hosts > 0 && unreachable.length === hosts ? unreachable[0]?.error : failed
  if (report !== undefined) throw new Cul8erError(report.code, report.message, report)
  if (logs.length > 0 || of === undefined) return
  const meant = nearest(of, known)
  throw new Cul8erError(
    'USAGE',
    `no instance or resource is named ${of}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    {
      hint: known.length === 0 ? 'there are no instances' : `there are ${known.join(', ')}`,
    },
  )
}
