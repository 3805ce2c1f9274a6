import { ApplicationFailure, setHandler } from '@temporalio/workflow'
import { progress, type OperationEnd, type Outcome, type Progress } from '../../../src/contracts/index.js'

/** An operation that ends at once: as its result, as a failure that carries its end, or as a workflow that broke. */
export async function ending({
  outcome,
  failing,
}: {
  outcome: Outcome | null
  failing: boolean
}): Promise<OperationEnd> {
  // A look may come before the end, as with an operation that takes its time.
  const look = { operation: 'op-1', step: '', waitingFor: null, changes: [], steps: [], result: null }
  setHandler(progress, (): Progress => ({ ...look, kind: 'deploy' }))
  if (outcome === null) throw ApplicationFailure.nonRetryable('a bug')
  const steps = [{ name: 'create', outcome: 'done' as const, startedAt: '', durationMs: 1 }]
  const result = { topology: 'shop', operation: 'op-1', outcome, revision: 1, durationMs: 1, steps }
  if (failing) throw ApplicationFailure.create({ type: outcome, nonRetryable: true, details: [{ result, dirty: [] }] })
  return { result, dirty: [] }
}
