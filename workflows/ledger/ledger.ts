import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow'
import type { ErrorReport } from '../../src/errors.js'
import { lostOperation } from '../../src/plan/seat-work.js'
import {
  importState,
  ledgerState,
  operationWorkflowId,
  setTtl,
  startOperation,
  type LedgerState,
  type OperationRequest,
  type OperationStarted,
  type OperationSummary,
  type OperationWorkflowType,
} from '../../src/contracts/index.js'
import { operationId, type OperationEnd, type OperationInput } from '../../src/contracts/index.js'
import { searchAttributes } from '../operations/search.js'
import { failureOf, reportOf } from '../engine/failure.js'
import { strategyNamed } from '../../src/strategies/registry.js'
import type { Approach } from '../../src/topology/model.js'
import { detailsOf } from './details.js'
import { hostsOf, projectRefusal } from '../../src/plan/where.js'
import { begin, dueNow, emptyLedger, end, postponed, refusal, revisionOf, targetOf } from './state.js'

export interface LedgerInput {
  topology: string
  /** After continue-as-new. */
  state?: LedgerState
}

interface Running {
  requestId: string
  started: OperationStarted
  done: boolean
}

/**
 * The only writer of a topology's state, and its lock: one operation at a time, refused by the update's validator while
 * another one runs. It waits for operations, and for the ttl, for as long as the topology exists.
 */
export async function ledger(input: LedgerInput): Promise<void> {
  let state = input.state ?? emptyLedger(input.topology)
  let running: Running | null = null
  let wake = 0

  setHandler(ledgerState, () => state)
  setHandler(
    startOperation,
    async (request: OperationRequest) => {
      // The command asked twice: its first answer got lost.
      if (running?.requestId === request.requestId) return running.started
      // Two requests may have waited for the same tidying: the first one wins.
      await condition(() => running === null)
      const report = refusal(state, request, Date.now())
      if (report !== null) throw failureOf(report)
      return launch(request)
    },
    {
      validator: (request: OperationRequest) => {
        if (running?.requestId === request.requestId) return
        const wanted = request.revision ?? revisionOf(state, targetOf(state, request))
        const report =
          refusal(state, request, Date.now()) ?? (wanted === null ? null : projectRefusal(state, wanted.topology))
        if (report !== null) throw failureOf(report)
      },
    },
  )
  setHandler(
    setTtl,
    ({ ttlMs }: { ttlMs: number | null }) => {
      state = { ...state, expiresAt: ttlMs === null ? null : new Date(Date.now() + ttlMs).toISOString() }
      wake += 1
      return { expiresAt: state.expiresAt }
    },
    {
      validator: (_input) => {
        if (state.desired === null) throw failureOf(nothingThere(state))
      },
    },
  )
  setHandler(
    importState,
    (imported: LedgerState) => {
      state = { ...imported, topology: state.topology, current: null }
      wake += 1
      return { revisions: state.revisions.length }
    },
    {
      validator: (imported: LedgerState) => {
        const report = importRefusal(state, imported)
        if (report !== null) throw failureOf(report)
      },
    },
  )

  async function launch(request: OperationRequest): Promise<OperationStarted> {
    const number = state.lastOperation + 1
    const target = targetOf(state, request) ?? 0
    const summary: OperationSummary = {
      id: operationId(number),
      number,
      workflowId: operationWorkflowId(state.topology, number),
      kind: request.kind,
      step: 'starting',
      startedAt: new Date().toISOString(),
    }
    const before = state
    state = begin(state, request, summary, target)
    const mine: Running = {
      requestId: request.requestId,
      started: { operation: summary.id, workflowId: summary.workflowId, revision: target },
      done: false,
    }
    running = mine
    wake += 1
    try {
      const child = await startOperationWorkflow(state, request, summary, target)
      void follow(child, request, mine)
    } catch (error) {
      state = before
      running = null
      throw failureOf(reportOf(error))
    }
    return mine.started
  }

  async function follow(child: ChildWorkflowHandle<Workflow>, request: OperationRequest, mine: Running): Promise<void> {
    let ended: OperationEnd
    try {
      ended = (await child.result()) as OperationEnd
    } catch (error) {
      ended = lost(state, mine.started, reportOf(error))
    }
    state = end(state, request, ended, new Date().toISOString())
    if (running === mine) running = null
    wake += 1
  }

  for (;;) {
    setCurrentDetails(detailsOf(state))
    const seen = wake
    const due = Math.min(time(state.expiresAt), time(state.standby?.until ?? null))
    const tooLong = (): boolean => running === null && workflowInfo().continueAsNewSuggested
    const changed = (): boolean => wake !== seen || tooLong()
    if (running !== null || due === Infinity) await condition(changed)
    else if (!(await condition(changed, Math.max(1, due - Date.now())))) await onTime()
    if (tooLong()) {
      await condition(allHandlersFinished)
      await continueAsNew<typeof ledger>({ topology: state.topology, state })
    }
  }

  async function onTime(): Promise<void> {
    const kind = dueNow(state, Date.now())
    if (kind === null) {
      state = { ...state, expiresAt: null }
      return
    }
    state = postponed(state, kind, new Date().toISOString())
    try {
      await launch({ kind, requestId: `${kind}-${state.lastOperation + 1}` })
    } catch (error) {
      // Nobody asked, so nobody is told; the ledger itself must live on.
      log.warn('what was due could not begin', { kind, error: reportOf(error).message })
    }
  }
}

const time = (iso: string | null): number => (iso === null ? Infinity : Date.parse(iso))

async function startOperationWorkflow(
  state: LedgerState,
  request: OperationRequest,
  summary: OperationSummary,
  target: number,
): Promise<ChildWorkflowHandle<Workflow>> {
  const revision = revisionOf(state, target)
  if (revision === null) throw new Error(`no revision ${target}`)
  const { kind, planFingerprint, force, snapshot, resource } = request
  const input: OperationInput = {
    topology: state.topology,
    number: summary.number,
    request: { kind, planFingerprint, force, snapshot, resource },
    revision,
    base: revisionOf(state, state.stable),
    hosts: hostsOf(state, target),
    dirty: state.dirty,
    standby: state.standby?.names ?? [],
  }
  return startChild(workflowType(request, revision.topology.strategy.approach), {
    workflowId: summary.workflowId,
    args: [input],
    // A ledger that ends must not take an operation down in the middle of a batch.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: searchAttributes(input),
    staticSummary: `${kind} of ${state.topology}, revision ${target}`,
  })
}

/** A revision that was stable before is not tried with a canary again: going back is what is urgent. */
function workflowType({ kind }: OperationRequest, approach: Approach): OperationWorkflowType {
  if (kind === 'rollback') return (strategyNamed(approach).rollsBackBy as Approach | undefined) ?? approach
  return kind === 'deploy' ? approach : kind
}

/** The operation's workflow itself was terminated or failed: a person did that, or it is a bug. */
function lost(state: LedgerState, started: OperationStarted, error: ErrorReport): OperationEnd {
  return {
    result: {
      topology: state.topology,
      operation: started.operation,
      outcome: 'needsAttention',
      revision: started.revision,
      durationMs: 0,
      steps: [],
      error: {
        ...error,
        message: `the operation's workflow did not come to its end: ${error.message}`,
        hint: 'cul8er plan shows what is where; deploy or roll back again',
      },
    },
    dirty: [lostOperation(state.lastOperation)],
  }
}

const nothingThere = ({ topology }: LedgerState): ErrorReport => ({
  code: 'UNKNOWN_TOPOLOGY',
  message: `nothing of ${topology} is deployed`,
})

function importRefusal(state: LedgerState, imported: LedgerState): ErrorReport | null {
  if (state.current !== null) return { code: 'OPERATION_IN_PROGRESS', message: `${state.current.id} is in progress` }
  if (imported.topology !== state.topology) {
    return { code: 'USAGE', message: `the state is of topology ${imported.topology}, not ${state.topology}` }
  }
  return null
}
