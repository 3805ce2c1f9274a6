import type { InspectAnswers, InspectRequests, LedgerState } from '../contracts/index.js'
import { Cul8erError } from '../errors.js'
import { environmentSecrets } from '../plan/environment-secrets.js'
import type { SecretOf } from '../plan/model.js'
import { currentRevision } from '../plan/revisions.js'
import { hostsOf } from '../plan/where.js'
import { nearest } from '../topology/nearest.js'

/** Hosts whose instances are asked for their logs, and what must be masked in them. null: nothing is deployed. */
export function whereLogsAre(state: LedgerState): Pick<Request, 'hosts' | 'project' | 'secrets'> | null {
  const revision = currentRevision(state)
  if (revision === null) return null
  const secrets = secretsOf(state)
  return {
    hosts: hostsOf(state, state.attempted ?? state.desired),
    project: revision.topology.project,
    ...(secrets.length === 0 ? {} : { secrets }),
  }
}

type Request = InspectRequests['logs']

/**
 * An answer with nothing in it says why.
 * @throws Cul8erError USAGE for a resource that there is none of, NOT_FOUND for one that does not run, what kept every log from being read
 */
export function refuseNothing(
  { logs, known, unreachable }: InspectAnswers['logs'],
  of: string | undefined,
  hosts: number,
): void {
  const failed = logs.length > 0 && logs.every(({ error }) => error !== undefined) ? logs[0]?.error : undefined
  const report = hosts > 0 && unreachable.length === hosts ? unreachable[0]?.error : failed
  if (report !== undefined) throw new Cul8erError(report.code, report.message, report)
  if (logs.length > 0 || of === undefined) return
  if (known.includes(of)) {
    throw new Cul8erError('NOT_FOUND', `${of} is not running, so its log cannot be read`, {
      hint: 'cul8er status shows the state of each instance',
    })
  }
  const meant = nearest(of, known)
  throw new Cul8erError(
    'USAGE',
    `no instance or resource is named ${of}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    {
      hint: known.length === 0 ? 'there are no instances' : `there are ${known.join(', ')}`,
    },
  )
}

/** Of the revisions that may run. */
const secretsOf = ({ revisions, desired, attempted, stable }: LedgerState): SecretOf[] =>
  environmentSecrets(revisions.filter(({ number }) => [desired, attempted, stable].includes(number)))
