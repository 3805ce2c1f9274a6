import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { ErrorReport } from '../../src/errors.js'
import type { Change } from '../../src/plan/model.js'
import { progress, type OperationKind, type OperationResult, type Outcome } from '../../src/contracts/index.js'
import { reportOf } from '../engine/failure.js'
import { Recorder } from '../engine/recorder.js'
import type { Run } from '../engine/run.js'
import { Steer } from '../engine/steering.js'
import { operationId, type OperationEnd, type OperationInput } from '../../src/contracts/index.js'
import { OUTCOME } from './search.js'

/** How an operation went, before it is written down. */
export interface Ending {
  outcome: Outcome
  dirty?: string[]
  lost?: OperationEnd['lost']
  noRoom?: OperationEnd['noRoom']
  standby?: OperationEnd['standby']
  stays?: OperationEnd['stays']
  removed?: OperationEnd['removed']
  restarted?: OperationEnd['restarted']
  committed?: boolean
  error?: ErrorReport
}

/** What every operation has: steps, steering, and the changes it is about. */
export interface Conducted {
  recorder: Recorder
  steer: Steer
  /** Shown by the progress query. */
  changes: Change[]
  /** Once there is a procedure. */
  run?: Run
}

/**
 * What all operations share: the progress query, steering, and an end that says how it went.
 * @throws ApplicationFailure of the outcome's type, with the OperationEnd as its detail, when it did not succeed
 */
export async function conduct(
  input: OperationInput,
  run: (conducted: Conducted) => Promise<Ending>,
): Promise<OperationEnd> {
  const started = Date.now()
  const conducted: Conducted = {
    recorder: new Recorder(title(input)),
    steer: new Steer().listen(),
    changes: [],
  }
  const { recorder, steer } = conducted
  let result: OperationResult | null = null
  setHandler(progress, () => ({
    operation: operationId(input.number),
    kind: input.request.kind,
    step: recorder.current,
    waitingFor: steer.waitingFor,
    changes: conducted.changes,
    position: conducted.run?.position ?? null,
    steps: recorder.steps,
    result,
  }))
  const ending = await run(conducted).catch((error: unknown): Ending => ({
    outcome: isCancellation(error) ? 'rolledBack' : 'failed',
    error: reportOf(error),
  }))
  recorder.say(ending.error === undefined ? ending.outcome : `${ending.outcome}: ${ending.error.message}`)
  const { warnings = [] } = conducted.run ?? {}
  result = {
    topology: input.topology,
    operation: operationId(input.number),
    outcome: ending.outcome,
    revision: input.revision.number,
    durationMs: Date.now() - started,
    steps: recorder.steps,
    ...(ending.error === undefined ? {} : { error: ending.error }),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
  // Also when the workflow itself was cancelled: its end is a result like any other.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished))
  upsertSearchAttributes([{ key: OUTCOME, value: ending.outcome }])
  const end: OperationEnd = {
    result,
    dirty: ending.dirty ?? [],
    ...(ending.lost === undefined ? {} : { lost: ending.lost }),
    ...(ending.noRoom === undefined ? {} : { noRoom: ending.noRoom }),
    ...(ending.standby === undefined ? {} : { standby: ending.standby }),
    ...(ending.stays === undefined ? {} : { stays: ending.stays }),
    ...(ending.removed === undefined ? {} : { removed: ending.removed }),
    ...(ending.restarted === undefined ? {} : { restarted: ending.restarted }),
    ...(ending.committed === undefined ? {} : { committed: ending.committed }),
  }
  if (ending.outcome === 'succeeded') return end
  // In the Web UI a failed operation is not to look completed. The end is the failure's detail: see `endOf`.
  throw ApplicationFailure.create({
    type: ending.outcome,
    message: ending.error?.message ?? ending.outcome,
    nonRetryable: true,
    details: [end],
  })
}

/** Whose title names the revision. */
const NAMES_REVISION: ReadonlySet<OperationKind> = new Set(['deploy', 'rollback', 'restore', 'cleanup'])

function title({ request, topology, revision, number }: OperationInput): string {
  const what = NAMES_REVISION.has(request.kind) ? ` to revision ${revision.number}` : ''
  return `${request.kind} of ${topology}${what} (operation ${number})`
}
