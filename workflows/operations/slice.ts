import { isCancellation, setHandler } from '@temporalio/workflow'
import { sliceSoFar, type SliceEnd, type StepRecord } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import { placeKey } from '../../src/plan/place-key.js'
import { unpack } from '../../src/steps/packing.js'
import { reportOf } from '../engine/failure.js'
import { interpret } from '../engine/interpreter.js'
import { Recorder } from '../engine/recorder.js'
import { Run } from '../engine/run.js'
import type { SliceInput } from '../engine/slices.js'
import { Steer } from '../engine/steering.js'

/** Runs a part of an operation's procedure in a history of its own. */
export async function slice(input: SliceInput): Promise<SliceEnd> {
  const run = new Run(input, new Steer().listen(), new Recorder(input.title))
  run.committed = input.committed
  run.settled = input.committed
  if (input.edgesAsBefore) run.edges.asBefore()
  input.lost.forEach((host) => run.lost.add(host))
  input.dirty.forEach((key) => run.dirty.add(key))
  input.proven.forEach((proven) => run.proven.set(placeKey(proven.spec), proven))
  input.compensations.forEach((undo) => run.compensations.register(undo))
  const soFar = (error: ErrorReport | null): SliceEnd => ({
    traffic: run.traffic,
    compensations: run.compensations.all,
    proven: [...run.proven.values()],
    dirty: [...run.dirty],
    failures: run.failures,
    lost: [...run.lost],
    behind: [...run.behind],
    removed: [...run.removed],
    steps: summary(run.recorder.steps),
    error,
  })
  setHandler(sliceSoFar, () => soFar(null))
  try {
    await interpret(run, unpack(input.stages), input.direction)
    return soFar(null)
  } catch (error) {
    return soFar(isCancellation(error) ? { code: 'ABORTED', message: 'the operation was aborted' } : reportOf(error))
  }
}

/** One record an instance: the steps of a thousand instances do not fit into a payload. */
function summary(steps: StepRecord[]): StepRecord[] {
  const byInstance = new Map<string, StepRecord>()
  for (const step of steps) {
    if (step.instance === undefined) continue
    const known = byInstance.get(step.instance)
    const undo = step.name.startsWith('undo: ')
    const record: StepRecord = known ?? { ...step, name: undo ? 'undo' : 'bring up to date', durationMs: 0 }
    record.durationMs += step.durationMs
    record.outcome = step.outcome
    if (step.error !== undefined) record.error = step.error
    byInstance.set(step.instance, record)
  }
  return [...byInstance.values()].map(({ note: _note, ...rest }) => rest)
}
