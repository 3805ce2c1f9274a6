import { CancellationScope, isCancellation } from '@temporalio/workflow'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import { compensationOf } from '../../src/steps/compensation.js'
import { snapshotPlan, SNAPSHOTS_AT_ONCE, type SnapshotPlan } from '../../src/strategies/snapshot.js'
import { withDeadline } from '../engine/deadline.js'
import { failureOf, reportOf } from '../engine/failure.js'
import { interpret } from '../engine/interpreter.js'
import type { Run } from '../engine/run.js'
import { words } from './carry-out.js'
import { conduct, type Conducted, type Ending } from './conduct.js'
import { findOwned, inParts } from './owned.js'
import { runOf } from './run-of.js'

/** Takes snapshots under a name that a person chose, of all instances or of none; or deletes them, which nothing takes back. */
export async function snapshot(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { found, plan } = await find(input, conducted)
    if (conducted.steer.aborted) throw failureOf({ code: 'ABORTED', message: 'aborted before anything was done' })
    const run = runOf(input, found, conducted)
    conducted.run = run
    run.position = { stage: 0, stages: plan.stages.length, name: '' }
    return input.request.remove === true ? deleted(run, plan, input.request) : taken(run, plan)
  })
}

async function find(
  input: OperationInput,
  { recorder }: Conducted,
): Promise<{ found: LiveInstance[]; plan: SnapshotPlan }> {
  const { topology, request } = input
  const owned = await recorder.step(
    'find instances',
    undefined,
    () => findOwned(input, topology, { ofVolumes: true }),
    (all) => {
      const each = snapshotPlan(inParts(all).instances, request)
      return 'refusal' in each ? each.refusal.message : `on ${each.targets.map(({ name }) => name).join(', ')}`
    },
  )
  const found = inParts(owned).instances
  const plan = snapshotPlan(found, request)
  if ('refusal' in plan) throw failureOf(plan.refusal)
  return { found, plan }
}

async function taken(run: Run, { stages }: SnapshotPlan): Promise<Ending> {
  try {
    await run.steer.abortable(() => withDeadline(run, () => interpret(run, stages)))
    // An abort waits for the last one to be taken: it goes with the others.
    return run.steer.aborted ? await undone(run, ABORTED) : { outcome: 'succeeded' }
  } catch (error) {
    return undone(run, isCancellation(error) ? ABORTED : reportOf(error))
  }
}

const ABORTED: ErrorReport = { code: 'ABORTED', message: 'aborted: what was taken is deleted' }

async function undone(run: Run, error: ErrorReport): Promise<Ending> {
  run.steer.noReturn = 'what was taken is already being deleted'
  // A pause was for the way forward; nobody is to wait for the way back.
  run.steer.paused = false
  run.recorder.say(`undoing: ${error.message}`)
  const stages = compensationOf(run.compensations.all, SNAPSHOTS_AT_ONCE)
  run.position = { stage: 0, stages: stages.length, name: '' }
  await CancellationScope.nonCancellable(() => interpret(run, stages, 'back'))
  if (run.failures.length === 0) return { outcome: 'rolledBack', error }
  return {
    outcome: 'needsAttention',
    error: {
      code: 'NEEDS_ATTENTION',
      message: `${error.message}; and what was taken could not be deleted: ${run.failures.map(words).join('; ')}`,
      hint: 'cul8er snapshots shows what is left, and cul8er snapshot delete deletes it',
      details: { cause: error },
    },
  }
}

async function deleted(run: Run, { targets, stages }: SnapshotPlan, { snapshot: name }: Asked): Promise<Ending> {
  const { recorder, steer } = run
  await steer.gate()
  if (steer.aborted) throw failureOf({ code: 'ABORTED', message: 'aborted: nothing was deleted' })
  steer.noReturn = `snapshot ${name} is being deleted`
  run.committed = true
  recorder.say(`deleting snapshot ${name}`)
  await CancellationScope.nonCancellable(() => interpret(run, stages))
  if (run.failures.length === 0) return { outcome: 'succeeded', committed: true }
  return {
    outcome: 'needsAttention',
    committed: true,
    error: {
      code: 'NEEDS_ATTENTION',
      message: `snapshot ${name} of ${run.failures.length} of ${targets.length} could not be deleted: ${run.failures.map(words).join('; ')}`,
      hint: 'fix the cause and delete it again; what is gone is skipped',
    },
  }
}

type Asked = OperationInput['request']
