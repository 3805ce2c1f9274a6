import { keepRevisions } from '../../src/plan/revisions.js'
import type { Revision } from '../../src/plan/model.js'
import { keepingCounts } from '../../src/topology/counts.js'
import {
  operationId,
  operationWorkflowId,
  type LedgerState,
  type OperationRequest,
  type OperationSummary,
} from '../../src/contracts/index.js'
import { leadsToRevision, revisionOf } from './state.js'
import { targetOf } from './target.js'

/** The operation that a request leads to. */
export function operationOf(state: LedgerState, request: OperationRequest, startedAt: string): OperationSummary {
  const number = state.lastOperation + 1
  return {
    id: operationId(number),
    number,
    workflowId: operationWorkflowId(state.topology, number),
    kind: request.kind,
    step: 'starting',
    startedAt,
    revision: targetOf(state, request) ?? 0,
    ...(request.by === undefined ? {} : { by: request.by }),
    ...(request.without === undefined || request.without.length === 0 ? {} : { without: request.without }),
    ...(request.counts === undefined ? {} : { counts: request.counts }),
    ...fromReplicaOf(request),
  }
}

const fromReplicaOf = ({
  kind,
  replica,
  backup,
  host: where,
  resource,
}: OperationRequest): Pick<OperationSummary, 'fromReplica'> => {
  const host = backup === undefined ? replica : where
  return kind !== 'restore' || host === undefined
    ? {}
    : { fromReplica: { host, ...(resource === undefined ? {} : { resource }) } }
}

/** An operation begins; `current` says to which revision it leads. */
export function begin(
  state: LedgerState,
  request: Pick<OperationRequest, 'kind' | 'revision'>,
  current: OperationSummary,
): LedgerState {
  const changes = leadsToRevision(request.kind)
  const target = current.revision
  const revisions = withRevision(state, request, target)
  const kept = keepRevisions(changes ? withCountsKept(state, revisions, target) : revisions, [
    target,
    state.stable,
    changes ? null : state.desired,
    ...(state.standby?.revisions ?? []),
    // A rollback goes to the last of these, and a second one to the one before it.
    ...state.stableBefore.slice(-2),
  ])
  return {
    ...state,
    current,
    lastOperation: Math.max(state.lastOperation, current.number),
    lastRevision: Math.max(state.lastRevision, target),
    desired: changes ? target : state.desired,
    attempted: changes ? target : state.attempted,
    revisions: kept,
    stableBefore: state.stableBefore.filter((number) => kept.some((revision) => revision.number === number)),
  }
}

/** The same declaration may come with secrets sealed anew: the newest box counts, the digest is the same. */
function withRevision(
  state: LedgerState,
  { kind, revision }: Pick<OperationRequest, 'kind' | 'revision'>,
  number: number,
): Revision[] {
  if (kind !== 'deploy' || revision === undefined) return state.revisions
  const known = revisionOf(state, number)
  if (known === null) return [...state.revisions, { ...revision, number }]
  return state.revisions.map((each) =>
    each === known ? { ...known, ...revision, number, createdAt: known.createdAt } : each,
  )
}

/** A resource that follows the load comes to another revision with as many instances as there are. */
function withCountsKept(state: LedgerState, revisions: Revision[], target: number): Revision[] {
  const stable = revisionOf(state, state.stable)?.topology ?? null
  return revisions.map((each) =>
    each.number === target && follows(each) ? { ...each, topology: keepingCounts(each.topology, stable) } : each,
  )
}

const follows = ({ topology }: Revision): boolean =>
  Object.values(topology.resources).some(({ scaling }) => scaling !== undefined)
