import { executeChild, isCancellation, workflowInfo } from '@temporalio/workflow'
import type { ErrorReport } from '../../src/errors.js'
import type { LiveInstance, Work } from '../../src/plan/work.js'
import { WorkflowType, type StepRecord } from '../../src/contracts/index.js'
import { failureOf, reportOf } from '../steps/failure.js'
import { Recorder } from '../steps/recorder.js'
import { Run, type RunInput } from '../steps/run.js'
import { Steer } from '../steps/steering.js'
import type { Undo } from '../steps/undo.js'
import { runBatches } from './batches.js'

/** Some batches of a wide operation, in a history of their own. */
export interface LegInput extends RunInput {
  batches: Work[][]
  title: string
}

/** What the parent goes on with: how to take the leg back, and what failed in it. Never a failure: undos must not get lost. */
export interface LegEnd {
  traffic: RunInput['traffic']
  undos: Undo[]
  replaced: LiveInstance[]
  snapshotted: Pick<LiveInstance, 'name' | 'host'>[]
  dirty: string[]
  steps: StepRecord[]
  error: ErrorReport | null
}

/** Runs batches in a child workflow and takes over what it did. */
export async function runLeg(run: Run, batches: Work[][], which: string): Promise<void> {
  await run.steer.gate()
  const title = `batches ${which}`
  run.recorder.say(title)
  const end = await executeChild<(input: LegInput) => Promise<LegEnd>>(WorkflowType.leg, {
    workflowId: `${workflowInfo().workflowId}/leg/${which.split(' ')[0]}`,
    args: [{ ...run.input, traffic: run.traffic.state, batches, title }],
    staticSummary: title,
  })
  run.undos.undos.push(...end.undos)
  run.replaced.push(...end.replaced)
  run.snapshotted.push(...end.snapshotted)
  end.dirty.forEach((name) => run.dirty.add(name))
  run.recorder.steps.push(...end.steps)
  Object.assign(run.traffic.state, end.traffic)
  if (end.error !== null) throw failureOf(end.error)
}

/** The child workflow. */
export async function leg(input: LegInput): Promise<LegEnd> {
  const run = new Run(input, new Steer(), new Recorder(input.title))
  const error = await runBatches(run, input.batches).then(
    () => null,
    (thrown: unknown): ErrorReport =>
      isCancellation(thrown) ? { code: 'ABORTED', message: 'aborted' } : reportOf(thrown),
  )
  return {
    traffic: run.traffic.state,
    undos: run.undos.undos,
    replaced: run.replaced,
    snapshotted: run.snapshotted.map(({ name, host }) => ({ name, host })),
    dirty: [...run.dirty],
    steps: summary(run.recorder.steps),
    error,
  }
}

/** One record an instance: the steps of a thousand instances do not fit into a payload. */
function summary(steps: StepRecord[]): StepRecord[] {
  const byInstance = new Map<string, StepRecord>()
  for (const step of steps) {
    if (step.instance === undefined) continue
    const known = byInstance.get(step.instance)
    const record: StepRecord = { ...(known ?? { ...step, name: 'bring up to date', durationMs: 0 }) }
    record.durationMs += step.durationMs
    record.outcome = step.outcome
    if (step.error !== undefined) record.error = step.error
    byInstance.set(step.instance, record)
  }
  return [...byInstance.values()].map(({ note: _note, ...rest }) => rest)
}
