import {
  CancellationScope,
  ChildWorkflowCancellationType,
  condition,
  ParentClosePolicy,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
} from '@temporalio/workflow'
import {
  steeringSignals,
  WorkflowType,
  type Compensation,
  type Lane,
  type Proven,
  type SliceEnd,
  type Stage,
} from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import { placeKey } from '../../src/plan/place-key.js'
import { keyOf } from '../../src/steps/compensation.js'
import { pack, type Packed } from '../../src/steps/packing.js'
import { instancesOf, laneKey } from '../../src/steps/slices.js'
import { beside } from '../concurrency.js'
import { quick } from './activities.js'
import { untilQuiet } from './quiet.js'
import { failureOf, reportOf } from './failure.js'
import { laneFailure } from './lane-failure.js'
import type { Direction, Run, RunInput } from './run.js'

/** A part of a wide procedure, in a history of its own: 1,000 instances in one would burst it. */
export interface SliceInput extends RunInput {
  stages: Packed
  title: string
  direction: Direction
  committed: boolean
  /** Edges are told what was declared before the operation. */
  edgesAsBefore: boolean
  lost: string[]
  /** What earlier parts left of the slice's own instances. */
  dirty: string[]
  proven: Proven[]
  compensations: Compensation[]
}

interface Slice {
  input: SliceInput
  lanes: Lane[]
  workflowId: string
}

type Child = ChildWorkflowHandle<(input: SliceInput) => Promise<SliceEnd>>

/**
 * Runs stages in a child workflow and takes over what it did.
 * @throws the slice's failure, while the operation can still be taken back; afterwards what was not done is named
 */
export async function runSlice(run: Run, { stages }: { stages: Stage[] }, direction: Direction): Promise<void> {
  const title = stages.length === 1 ? (stages[0]?.name ?? '') : `${stages[0]?.name} to ${stages.at(-1)?.name}`
  stages.forEach(({ name }) => {
    if (run.position?.name !== name) run.reach(name)
  })
  run.recorder.say(title)
  run.slices += 1
  const goesOn = direction === 'back' || run.committed
  const own = instancesOf(stages)
  const lanes = stages.flatMap((stage) => stage.lanes)
  const input: SliceInput = {
    ...run.input,
    traffic: run.traffic,
    stages: pack(stages),
    title,
    direction,
    committed: run.committed,
    edgesAsBefore: run.edges.isAsBefore,
    lost: [...run.lost],
    // Where nothing is taken back, all of them are to be named until they are done.
    dirty: [...new Set([...run.dirty, ...(goesOn ? named(lanes) : [])])].filter((key) => own.has(key)),
    proven: [...run.proven.values()].filter(({ spec }) => own.has(placeKey(spec))),
    compensations: goesOn ? [] : run.compensations.all.filter((undo) => own.has(keyOf(undo))),
  }
  const end = await ended(run, { input, lanes, workflowId: `${workflowInfo().workflowId}/${direction}/${run.slices}` })
  takeOver(run, own, end)
  if (end.error === null) return
  if (!goesOn) throw failureOf(end.error)
  const { error } = end
  const known = new Set(end.failures.map(({ instance: name, host }) => placeKey({ host, name })))
  const left = new Set(end.dirty.filter((key) => !known.has(key)))
  run.failures.push(...lanes.flatMap((lane) => (left.has(laneKey(lane) ?? '') ? [laneFailure(lane, error)] : [])))
}

const named = (lanes: readonly Lane[]): string[] => lanes.flatMap((lane) => laneKey(lane) ?? [])

/** A slice never fails by itself: when its workflow did, or was terminated, its history still says what it did. */
async function ended(run: Run, slice: Slice): Promise<SliceEnd> {
  const { input, workflowId } = slice
  try {
    const child: Child = await startChild<(input: SliceInput) => Promise<SliceEnd>>(WorkflowType.slice, {
      workflowId,
      args: [input],
      staticSummary: input.title,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      // A slice that outlived its operation would change what the next one finds, and one that removes what is old heeds no cancel.
      parentClosePolicy: ParentClosePolicy.TERMINATE,
    })
    return await beside(
      () => child.result(),
      () => passOn(run, child),
    )
  } catch (error) {
    return CancellationScope.nonCancellable(() => lostSlice(slice, reportOf(error)))
  }
}

async function lostSlice({ input, lanes, workflowId }: Slice, cause: ErrorReport): Promise<SliceEnd> {
  await untilQuiet('until the activities of a lost slice have ended')
  const told = await quick({ summary: workflowId })
    .readSlice({ workflowId })
    .catch(() => null)
  const error: ErrorReport = { ...cause, message: `a part of the operation was lost: ${cause.message}` }
  if (told !== null) return { ...told, error }
  // Nobody knows how far it came: each of its instances may be half changed.
  const { traffic, proven, lost } = input
  return {
    traffic,
    compensations: [],
    proven,
    dirty: [...new Set([...input.dirty, ...named(lanes)])],
    failures: lanes.filter(({ instance }) => instance !== undefined).map((lane) => laneFailure(lane, error)),
    lost,
    steps: [],
    error,
  }
}

/** What a person says to the operation is said to the slice that runs. */
async function passOn(run: Run, child: Child): Promise<void> {
  let told = false
  for (;;) {
    await condition(() => run.steer.paused !== told)
    told = run.steer.paused
    await child.signal(told ? steeringSignals.pause : steeringSignals.resume)
  }
}

/** Of its own instances a slice knows the state; of hosts that give no answer as well. */
function takeOver(run: Run, own: ReadonlySet<string>, end: SliceEnd): void {
  own.forEach((key) => {
    run.dirty.delete(key)
    run.proven.delete(key)
  })
  end.dirty.forEach((key) => run.dirty.add(key))
  end.proven.forEach((proven) => run.proven.set(placeKey(proven.spec), proven))
  end.compensations.forEach((undo) => run.compensations.register(undo))
  run.lost.clear()
  end.lost.forEach((host) => run.lost.add(host))
  end.behind?.forEach((host) => run.behind.add(host))
  end.removed?.forEach((name) => run.removed.add(name))
  run.failures.push(...end.failures)
  run.recorder.add(end.steps)
  run.traffic = end.traffic
}
