import { CancellationScope, CancelledFailure, isCancellation } from '@temporalio/workflow'
import type { Activities, Lane, Stage, Step } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import { placeKey } from '../../src/plan/place-key.js'
import type { Call } from '../../src/steps/kind.js'
import { kindOf } from '../../src/steps/registry.js'
import { laneKey, slicesOf, stepKey } from '../../src/steps/slices.js'
import { all, inTurns } from '../concurrency.js'
import { briefly, lasting, long, quick, undoing, waiting } from './activities.js'
import { failureOf, gaveNoAnswer, reportOf } from './failure.js'
import { laneFailure } from './lane-failure.js'
import type { Direction, Run } from './run.js'
import { runSlice } from './slices.js'
import { watch } from './watch.js'

/**
 * Runs a procedure, stage after stage: the only place where steps happen. Compensation is registered before its step, lanes hold
 * at a pause before they begin, and all lanes of a stage come to their end before anything else happens.
 * @throws the first failure of a stage that stops the operation
 */
export async function interpret(run: Run, stages: readonly Stage[], direction: Direction = 'forward'): Promise<void> {
  run.direction = direction
  for (const part of slicesOf(stages)) {
    await run.steer.gate()
    if (!run.committed) refuseAborted()
    if (part.apart) await toItsEnd(run, () => runSlice(run, part, direction))
    else for (const stage of part.stages) await toItsEnd(run, () => runStage(run, stage, direction))
  }
}

/** Where nothing is taken back any more, neither a cancel nor a deadline stops halfway what is left. */
const toItsEnd = (run: Run, carryOn: () => Promise<void>): Promise<void> =>
  run.committed ? CancellationScope.nonCancellable(carryOn) : carryOn()

async function runStage(run: Run, stage: Stage, direction: Direction): Promise<void> {
  const { name, lanes, atOnce, onFailure = 'stop' } = stage
  run.reach(name)
  let failed = false
  const ends = await inTurns(
    lanes,
    async (lane) => {
      try {
        await runLane(run, lane, direction)
      } catch (error) {
        failed = true
        throw error
      }
    },
    { ...(atOnce === undefined ? {} : { atOnce }), goOn: () => !failed || onFailure !== 'stop' },
  )
  for (const lane of lanes) {
    const end = ends.get(lane)
    if (end === undefined || !('error' in end)) continue
    // An abort is no failure that one goes on in spite of.
    if (onFailure === 'stop' || (onFailure === 'warn' && !run.committed && isCancellation(end.error))) throw end.error
    if (onFailure === 'continue') run.failures.push(laneFailure(lane, reportOf(end.error)))
    if (onFailure === 'warn') run.warnings.push(reportOf(end.error).message)
  }
}

async function runLane(run: Run, lane: Lane, direction: Direction): Promise<void> {
  const { host } = lane
  const key = laneKey(lane)
  await run.steer.gate()
  // What does not begin any more leaves nothing half changed.
  refuseAborted()
  if (key !== null) run.dirty.add(key)
  try {
    for (const step of lane.steps) await runStep(run, step, { direction, host })
  } catch (error) {
    if (host !== undefined && gaveNoAnswer(error) && direction === 'back') run.lost.add(host)
    throw error
  }
  if (host !== undefined) run.lost.delete(host)
  if (key !== null && lane.staysDirty !== true && !failedBefore(run, lane)) run.dirty.delete(key)
}

/** Another way back of the same instance failed: it is not as it was. */
const failedBefore = (run: Run, lane: Lane): boolean =>
  run.failures.some(({ instance, host }) => instance === lane.instance && host === (lane.host ?? ''))

async function runStep(
  run: Run,
  step: Step,
  { direction, host }: { direction: Direction; host: string | undefined },
): Promise<void> {
  const kind = kindOf(step)
  refuseAborted()
  if (step.kind === 'commit') commit(run)
  if (kind.skip?.(step, run) === true) return
  const registers = direction === 'forward' && !run.committed
  const before = registers ? kind.before?.(step, run) : null
  const instance = kind.instance(step)
  if (registers && kind.removes === true && instance !== null) run.removed.add(instance)
  if (before != null) run.compensations.register(before)
  const words = `${direction === 'back' ? 'undo: ' : ''}${kind.words(step, run)}`
  try {
    await run.recorder.step(
      words,
      instance ?? undefined,
      async () => {
        const change = kind.traffic?.(step, run)
        if (change != null) await run.edges.tell(change, direction === 'back' ? { own: host } : undefined)
        if (step.kind === 'watch') await watch(run, step.watch)
        const calls = kind.calls?.(step, run) ?? []
        const results: unknown[] = []
        const ask = (call: Call): Promise<unknown> => carryOut(run, call, { direction, host })
        if (direction === 'back' && kind.mustAnswer !== true && calls.some((call) => isElsewhere(call, host))) {
          results.push(...(await all(calls.map((call) => askOrLeave(run, call, { direction, host })))).flat())
        } else if (kind.sideBySide === true) results.push(...(await all(calls.map(ask))))
        else for (const call of calls) results.push(await ask(call))
        const proven = kind.proves?.(results, step, run)
        if (proven != null) run.proven.set(placeKey(proven.spec), proven)
        if (kind.ends === true) run.proven.delete(stepKey(step, { host }) ?? '')
        return results
      },
      (results) => kind.note?.(results, step),
    )
  } catch (error) {
    if (direction === 'back' && kind.mustAnswer === true && gaveNoAnswer(error)) throw unanswered(reportOf(error))
    if (kind.optional !== true || isCancellation(error)) throw error
  }
  const final = registers ? kind.final?.(step) : undefined
  if (final !== undefined) run.compensations.drop(final)
  const after = registers ? kind.after?.(step, run) : null
  if (after != null) run.compensations.register(after)
}

/** Its lane's host is not the one that is silent, and no failover knows what that one runs: a person has to. */
const unanswered = (report: ErrorReport): Error => failureOf({ ...report, code: 'NEEDS_ATTENTION' })

/** A cancel that came with the end of the last step, or slice, has interrupted nothing. */
function refuseAborted(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('the operation was aborted')
}

function commit(run: Run): void {
  run.committed = true
  run.steer.noReturn = 'the new version serves everywhere, and what is no longer needed is being removed'
  run.compensations.clear()
}

/** What is asked of the edge of another host than the one where something is taken back. */
const isElsewhere = ({ input }: Call, host: string | undefined): boolean => 'host' in input && input.host !== host

/** The call's answer; none of another host that gives no answer, which must not be in the way of an undo. */
async function askOrLeave(
  run: Run,
  call: Call,
  how: { direction: Direction; host: string | undefined },
): Promise<unknown[]> {
  const { input } = call
  const elsewhere = isElsewhere(call, how.host) && 'host' in input ? input.host : null
  if (elsewhere !== null && run.lost.has(elsewhere)) return []
  try {
    return [await carryOut(run, call, how)]
  } catch (error) {
    if (elsewhere === null || !gaveNoAnswer(error)) throw error
    run.lost.add(elsewhere)
    run.behind.add(elsewhere)
    return []
  }
}

/** A host that gave no answer for long is tried briefly: undoing fifty instances there shall not take an hour. */
async function carryOut(
  run: Run,
  { activity, input, pace, summary, waitMs }: Call,
  { direction, host }: { direction: Direction; host: string | undefined },
): Promise<unknown> {
  const lost = host !== undefined && run.lost.has(host)
  const firm = direction === 'back' ? undoing : quick
  const { siteMs } = run
  const call = (of: Activities): Promise<unknown> => (of[activity] as (input: unknown) => Promise<unknown>)(input)
  // The deadline is for what cul8er does: a command of the operator's, or a copy, has a limit of its own.
  if (pace === 'lasting') return run.steer.resting(() => call(lasting({ summary, waitMs, siteMs })))
  const activities: Activities =
    pace === 'waiting'
      ? waiting({ summary, waitMs, siteMs })
      : (lost ? briefly : pace === 'long' ? long : firm)({ summary, siteMs })
  return call(activities)
}
