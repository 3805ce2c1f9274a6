import {
  ChildWorkflowCancellationType,
  condition,
  isCancellation,
  ParentClosePolicy,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow'
import { steeringSignals, WorkflowType, type SliceEnd, type Stage } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import { beside } from '../concurrency.js'
import { quick } from './activities.js'
import { failureOf, reportOf } from './failure.js'
import type { Direction, Run, RunInput } from './run.js'

/** A part of a wide procedure, in a history of its own: 1,000 instances in one would burst it. */
export interface SliceInput extends RunInput {
  stages: Stage[]
  title: string
  direction: Direction
  committed: boolean
  lost: string[]
}

/** Runs stages in a child workflow and takes over what it did. */
export async function runSlice(
  run: Run,
  { stages }: { stages: Stage[] },
  { direction, which }: { direction: Direction; which: number },
): Promise<void> {
  const title = stages.length === 1 ? (stages[0]?.name ?? '') : `${stages[0]?.name} to ${stages.at(-1)?.name}`
  run.recorder.say(title)
  const workflowId = `${workflowInfo().workflowId}/${direction}/${which}`
  const input: SliceInput = {
    ...run.input,
    traffic: run.traffic,
    stages,
    title,
    direction,
    committed: run.committed,
    lost: [...run.lost],
  }
  const child = await startChild<(input: SliceInput) => Promise<SliceEnd>>(WorkflowType.slice, {
    workflowId,
    args: [input],
    staticSummary: title,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    // A slice that outlived its operation would change what the next one finds.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
  })
  const end = await beside(
    () => ended(run, child, { ...input, workflowId }),
    () => passOn(run, child),
  )
  takeOver(run, end)
  if (end.error !== null) throw failureOf(end.error)
}

/** A slice never fails by itself: when its workflow did, or was terminated, its history still says what it did. */
async function ended(
  run: Run,
  child: ChildWorkflowHandle<(input: SliceInput) => Promise<SliceEnd>>,
  { workflowId, stages }: SliceInput & { workflowId: string },
): Promise<SliceEnd> {
  try {
    return await child.result()
  } catch (error) {
    if (isCancellation(error)) throw error
    const told = await quick({ summary: workflowId }).readSlice({ workflowId })
    const instances = stages.flatMap(({ lanes }) => lanes.flatMap(({ instance }) => instance ?? []))
    const report: ErrorReport = {
      ...reportOf(error),
      message: `a part of the operation was lost: ${reportOf(error).message}`,
    }
    if (told !== null) return { ...told, error: report }
    // Nobody knows how far it came: each of its instances may be half changed.
    return {
      traffic: run.traffic,
      compensations: [],
      proven: [],
      dirty: instances,
      failures: instances.map((instance) => ({ instance, host: '', error: report })),
      lost: [],
      steps: [],
      error: report,
    }
  }
}

/** What a person says to the operation is said to the slice that runs. */
async function passOn(run: Run, child: ChildWorkflowHandle<(input: SliceInput) => Promise<SliceEnd>>): Promise<void> {
  let told = false
  for (;;) {
    await condition(() => run.steer.paused !== told)
    told = run.steer.paused
    await child.signal(told ? steeringSignals.pause : steeringSignals.resume)
  }
}

function takeOver(run: Run, end: SliceEnd): void {
  end.compensations.forEach((undo) => run.compensations.register(undo))
  end.proven.forEach((proven) => run.proven.set(proven.spec.name, proven))
  end.lost.forEach((host) => run.lost.add(host))
  end.dirty.forEach((name) => run.dirty.add(name))
  run.failures.push(...end.failures)
  run.recorder.steps.push(...end.steps)
  run.traffic = end.traffic
}
