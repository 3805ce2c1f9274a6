import { allHandlersFinished, CancellationScope, condition, isCancellation, setHandler } from '@temporalio/workflow'
import type { ErrorReport } from '../../src/errors.js'
import type { Change } from '../../src/plan/model.js'
import { progress, type OperationResult, type Outcome } from '../../src/contracts/index.js'
import { reportOf } from '../steps/failure.js'
import { Recorder } from '../steps/recorder.js'
import { Steer } from '../steps/steering.js'
import { operationId, type OperationEnd, type OperationInput } from '../../src/contracts/index.js'

/** How an operation went, before it is written down. */
export interface Ending {
  outcome: Outcome
  dirty?: string[]
  standby?: OperationEnd['standby']
  stays?: OperationEnd['stays']
  error?: ErrorReport
}

/** What every operation has: steps, steering, and the changes it is about. */
export interface Conducted {
  recorder: Recorder
  steer: Steer
  /** Shown by the progress query. */
  changes: Change[]
}

/**
 * What all operations share: the progress query, steering, and an end that is always a result. An operation never fails as a
 * workflow: what went wrong is in its result, where the ledger and people find it.
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
    steps: recorder.steps,
    result,
  }))
  const ending = await run(conducted).catch((error: unknown): Ending => ({
    outcome: isCancellation(error) ? 'rolledBack' : 'failed',
    error: reportOf(error),
  }))
  recorder.say(ending.error === undefined ? ending.outcome : `${ending.outcome}: ${ending.error.message}`)
  result = {
    topology: input.topology,
    operation: operationId(input.number),
    outcome: ending.outcome,
    revision: input.revision.number,
    durationMs: Date.now() - started,
    steps: recorder.steps,
    ...(ending.error === undefined ? {} : { error: ending.error }),
  }
  // Also when the workflow itself was cancelled: its end is a result like any other.
  await CancellationScope.nonCancellable(() => condition(allHandlersFinished))
  return {
    result,
    dirty: ending.dirty ?? [],
    ...(ending.standby === undefined ? {} : { standby: ending.standby }),
    ...(ending.stays === undefined ? {} : { stays: ending.stays }),
  }
}

function title({ request, topology, revision, number }: OperationInput): string {
  const what = request.kind === 'destroy' ? '' : ` to revision ${revision.number}`
  return `${request.kind} of ${topology}${what} (operation ${number})`
}
