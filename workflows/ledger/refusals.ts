import type { ErrorReport } from '../../src/errors.js'
import type { LedgerState, OperationRequest, OperationSummary } from '../../src/contracts/index.js'
import { isOurSnapshot, snapshotNameRefusal } from '../../src/naming/snapshot-names.js'
import { noWayBack, nothingThere } from '../../src/plan/no-way-back.js'
import { stateBehind } from '../../src/plan/state-behind.js'
import { projectRefusal } from '../../src/plan/where.js'
import { secondsWords } from '../../src/topology/units.js'
import { revisionOf } from './state.js'
import { targetOf } from './target.js'
import { isHeld } from './watched.js'

/** Why a request cannot start now, or null. */
export function refusal(state: LedgerState, request: OperationRequest, nowMs: number): ErrorReport | null {
  if (state.current !== null) return inProgress(state.topology, state.current, nowMs)
  const behind = behindRefusal(state, request)
  if (behind !== null) return behind
  const wanted = request.revision ?? revisionOf(state, targetOf(state, request))
  return senseless(state, request) ?? (wanted === null ? null : projectRefusal(state, wanted.topology))
}

/** What a person has carried out whatever the hosts know: what is forced, and a destroy, which takes whatever is there. */
export const isUnconditional = ({ kind, force }: OperationRequest): boolean => force === true || kind === 'destroy'

function behindRefusal({ topology, behind }: LedgerState, request: OperationRequest): ErrorReport | null {
  if (behind === undefined || isUnconditional(request)) return null
  return stateBehind(topology, behind.operation - 1, behind)
}

function senseless(state: LedgerState, request: OperationRequest): ErrorReport | null {
  if (request.kind === 'deploy') {
    return request.revision === undefined ? { code: 'USAGE', message: 'a deploy needs a revision' } : null
  }
  if (state.desired === null) return nothingThere(state)
  if (request.kind === 'snapshot') return snapshotRefusal(request)
  if (request.moves !== undefined) return betweenRevisions(state)
  if (request.kind !== 'rollback') return null
  return noWayBack(state, targetOf(state, request))
}

/** What lives is moved as it is stable: of two revisions nobody knows which is meant. */
function betweenRevisions(state: LedgerState): ErrorReport | null {
  if (state.stable !== null && !isHeld(state)) return null
  const { topology } = state
  return {
    code: 'NEEDS_ATTENTION',
    message:
      state.stable === null
        ? `${topology} has no stable revision yet: nothing is moved`
        : `the last deploy or rollback of ${topology} left it between two revisions: nothing is moved`,
    hint: `cul8er deploy ${topology} goes forward, cul8er rollback ${topology} goes back; then try again`,
  }
}

/** Those that operations take are pruned by count, and one that is missing would make a restore of a deploy impossible. */
function snapshotRefusal({ snapshot = '', remove = false }: OperationRequest): ErrorReport | null {
  if (!remove) return snapshotNameRefusal(snapshot)
  if (!isOurSnapshot(snapshot)) return null
  return {
    code: 'USAGE',
    message: `${snapshot} was taken by an operation, and is not deleted by hand`,
    hint: 'strategy.rollback.keepSnapshots says how many of those are kept',
  }
}

export function inProgress(topology: string, current: OperationSummary, nowMs: number): ErrorReport {
  const age = secondsWords(nowMs - Date.parse(current.startedAt))
  return {
    code: 'OPERATION_IN_PROGRESS',
    message: `${current.kind} of ${topology} (${current.id}) has been in progress for ${age}`,
    hint: `cul8er attach ${topology} follows it, cul8er abort ${topology} ends it, --wait waits for it`,
    details: {
      operation: current.id,
      workflowId: current.workflowId,
      kind: current.kind,
      step: current.step,
      startedAt: current.startedAt,
      ...(current.automatic === undefined ? {} : { automatic: current.automatic }),
    },
  }
}

/** A cleanup takes seconds and is nobody's operation: requests wait for its end. */
export const isBusy = ({ current }: LedgerState): boolean => current !== null && current.kind !== 'cleanup'
