import { CancellationScope, isCancellation } from '@temporalio/workflow'
import type { ErrorReport } from '../../src/errors.js'
import type { LiveInstance, Work } from '../../src/plan/work.js'
import { briefly, quick } from '../steps/activities.js'
import { reportOf } from '../steps/failure.js'
import { withDeadline } from '../steps/deadline.js'
import { remove } from '../steps/instance.js'
import { runUndos } from '../steps/rollback.js'
import type { Run } from '../steps/run.js'
import type { UndoFailure } from '../steps/undo.js'
import type { Ending } from './conduct.js'

/**
 * Runs a strategy to one of its ends. When it throws, everything is taken back, or held for a person. What is deleted is
 * deleted here, last, when there is no way back any more.
 */
export async function ending(run: Run, work: Work[], strategy: () => Promise<void>): Promise<Ending> {
  const made = new Set(work.flatMap(({ action, instance, revive }) => (MAKES.has(action) && !revive ? [instance] : [])))
  const inTheWay = work.filter(({ action, instance }) => action === 'delete' && made.has(instance))
  try {
    await run.steer.abortable(() =>
      withDeadline(run, async () => {
        for (const { from } of inTheWay) if (from !== null) await remove(run, from)
        await strategy()
        await run.traffic.settle()
      }),
    )
  } catch (error) {
    return failed(run, isCancellation(error) ? aborted() : reportOf(error))
  }
  run.steer.noReturn = 'the new version serves everywhere and what is not needed any more is being removed'
  try {
    await finish(
      run,
      work.filter((w) => !inTheWay.includes(w)),
    )
    return { outcome: 'succeeded', ...standby(run) }
  } catch (error) {
    return attention(run, reportOf(error), 'the new version serves, but what was left of the old could not be removed')
  }
}

async function failed(run: Run, error: ErrorReport): Promise<Ending> {
  if (run.strategy.rollback.onFailure === 'hold' && error.code !== 'ABORTED') {
    run.recorder.say('held: as it is, for a person to decide')
    const hint = 'cul8er rollback takes everything back; a new deploy goes forward from here'
    return { outcome: 'held', dirty: [...run.dirty], error: { ...error, hint } }
  }
  run.recorder.say(`undoing: ${error.message}`)
  run.steer.noReturn = 'the operation is being undone already'
  const failures = await runUndos(run)
  await CancellationScope.nonCancellable(() => prune(run))
  return failures.length > 0 ? undoAttention(run, error, failures) : { outcome: 'rolledBack', error }
}

const MAKES = new Set<Work['action']>(['create', 'replace'])

const standby = ({ aside, strategy }: Run): Pick<Ending, 'standby'> =>
  aside.length === 0 || strategy.keepMs === 0
    ? {}
    : { standby: { names: aside.map(({ name }) => name), keepMs: strategy.keepMs } }

/** Replaced instances, then what is not declared any more. */
async function finish(run: Run, work: Work[]): Promise<void> {
  const gone: Pick<LiveInstance, 'name' | 'host'>[] = [
    ...run.replaced,
    ...(run.strategy.keepMs === 0 ? run.aside : []),
    ...work.flatMap(({ action, from }) => (action === 'delete' && from !== null ? [from] : [])),
  ]
  if (gone.length > 0) {
    const names = gone.map(({ name }) => name).join(', ')
    await run.recorder.step(
      'point of no return',
      undefined,
      () => Promise.resolve(),
      () => `from here on ${names} cannot come back`,
    )
  }
  await Promise.all(gone.map((from) => remove(run, from)))
  await prune(run)
}

/** Old snapshots go; one that cannot be removed is no reason to call an operation failed. */
async function prune(run: Run): Promise<void> {
  const keep = run.strategy.rollback.keepSnapshots
  await Promise.allSettled(
    run.snapshotted.map((at) =>
      (run.lost.has(at.host) ? briefly : quick)({ summary: at.name }).pruneSnapshots({ ...run.instanceAt(at), keep }),
    ),
  )
}

const aborted = (): ErrorReport => ({ code: 'ABORTED', message: 'aborted: what was done has been taken back' })

function undoAttention(run: Run, error: ErrorReport, failures: UndoFailure[]): Ending {
  const where = failures.map(
    ({ undo, instance, host, error: e }) => `${instance} on ${host}: ${undo} failed: ${e.message}`,
  )
  return attention(run, {
    code: 'NEEDS_ATTENTION',
    message: `${error.message}; and undoing it failed in ${failures.length} places: ${where.join('; ')}`,
    details: { cause: error, undo: failures },
  })
}

function attention(run: Run, error: ErrorReport, what?: string): Ending {
  return {
    outcome: 'needsAttention',
    dirty: [...run.dirty],
    error: {
      ...error,
      message: what === undefined ? error.message : `${what}: ${error.message}`,
      hint: 'mend the cause, then deploy or roll back again: both go on from here',
    },
  }
}
