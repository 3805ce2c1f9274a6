import { CancellationScope, isCancellation } from '@temporalio/workflow'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import type { ErrorReport } from '../../src/errors.js'
import type { LiveInstance } from '../../src/plan/planned-change.js'
import { placeKey } from '../../src/plan/place-key.js'
import { compensationOf } from '../../src/steps/compensation.js'
import { strategyOf } from '../../src/steps/view.js'
import { restartPlan, type RestartPlan } from '../../src/strategies/restart.js'
import { withDeadline } from '../engine/deadline.js'
import { failureOf, reportOf } from '../engine/failure.js'
import { interpret } from '../engine/interpreter.js'
import type { Run } from '../engine/run.js'
import { words } from './carry-out.js'
import { conduct, type Conducted, type Ending } from './conduct.js'
import { runOf } from './run-of.js'
import { findOwned, inParts } from './owned.js'
import { someOf } from '../../src/some-of.js'

/**
 * Restarts instances batch after batch, each through the edge. What runs afterwards is what ran before, so that there is nothing to
 * put back: the first batch that does not come up healthy ends it, and the rest is not touched.
 */
export async function restart(input: OperationInput): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const { found, plan } = await find(input, conducted)
    if (conducted.steer.aborted) throw failureOf({ code: 'ABORTED', message: 'aborted before anything was restarted' })
    conducted.changes.push(...plan.changes)
    const run = runOf(input, found, conducted)
    conducted.run = run
    run.position = { stage: 0, stages: plan.stages.length, name: '' }
    try {
      await run.steer.abortable(() => withDeadline(run, () => interpret(run, plan.stages)))
    } catch (error) {
      return stopped(run, plan, isCancellation(error) ? ABORTED : reportOf(error))
    }
    return { outcome: 'succeeded', restarted: plan.targets.map(({ name }) => name) }
  })
}

/** Puts a fresh instance of the same name and revision in the place of each, through the edge as well. */
export const replace = (input: OperationInput): Promise<OperationEnd> => restart(input)

async function find(
  input: OperationInput,
  { recorder }: Conducted,
): Promise<{ found: LiveInstance[]; plan: RestartPlan }> {
  const { topology, revision, dirty, notComeUp, request } = input
  const planned = (all: LiveInstance[]) => restartPlan(all, revision, request, { dirty, notComeUp })
  const all = await recorder.step(
    'find instances',
    undefined,
    () => findOwned(input, topology, { dirty }),
    (owned) => {
      const each = planned(inParts(owned).instances)
      return 'refusal' in each ? each.refusal.message : `${each.targets.length} to ${request.kind}`
    },
  )
  const found = inParts(all).instances
  const plan = planned(found)
  if ('refusal' in plan) throw failureOf(plan.refusal)
  return { found, plan }
}

const ABORTED: ErrorReport = { code: 'ABORTED', message: 'aborted' }

/**
 * An abort finds instances in the middle of it: they are started, and come back. A failure leaves the one that does not come up out of
 * the traffic, for a person; what was drained and nothing more comes back in both cases.
 */
async function stopped(run: Run, { targets }: RestartPlan, error: ErrorReport): Promise<Ending> {
  const aborted = error.code === 'ABORTED'
  run.steer.noReturn = 'the restart is already being stopped'
  // A pause was for the way forward; nobody is to wait for the way back.
  run.steer.paused = false
  run.recorder.say(
    aborted && run.removed.size === 0 ? 'aborted: stopped instances were started again' : `stopping: ${error.message}`,
  )
  const untouched = names(targets.filter((each) => run.registered(each) === undefined))
  const begun = new Set(run.dirty)
  const undos = run.compensations.all.filter(
    (undo) =>
      'from' in undo &&
      undo.from !== null &&
      begun.has(placeKey(undo.from)) &&
      // What was deleted to be replaced does not come back.
      !run.removed.has(undo.from.name) &&
      (aborted || undo.kind === 'readmit'),
  )
  const stages = compensationOf(undos, strategyOf(run).maxParallel)
  run.position = { stage: 0, stages: stages.length, name: '' }
  await CancellationScope.nonCancellable(() => interpret(run, stages, 'back'))
  const out = targets.filter((each) => run.dirty.has(placeKey(each)))
  const left = names(out)
  const restarted = names(targets.filter((each) => !begun.has(placeKey(each)))).filter(
    (name) => !untouched.includes(name),
  )
  const message = [
    error.message,
    `restarted: ${listed(restarted)}`,
    ...(left.length === 0 ? [] : [`out of rotation: ${listed(left)}`]),
    `not restarted: ${listed(names(targets).filter((name) => !restarted.includes(name) && !left.includes(name)))}`,
  ].join('; ')
  const details = { ...error.details, restarted, left, untouched }
  if (run.failures.length > 0) {
    return {
      outcome: 'needsAttention',
      dirty: out.map(placeKey),
      restarted,
      error: {
        code: 'NEEDS_ATTENTION',
        message: `${message}; and starting them again failed: ${run.failures.map(words).join('; ')}`,
        hint: goOn(run, left, aborted),
        details: { cause: error, ...details },
      },
    }
  }
  const report: ErrorReport = { ...error, message, hint: goOn(run, left, aborted), details }
  if (left.length > 0) return { outcome: 'held', dirty: out.map(placeKey), restarted, error: report }
  return { outcome: aborted ? 'rolledBack' : 'failed', restarted, error: report }
}

const names = (instances: readonly LiveInstance[]): string[] => instances.map(({ name }) => name)

/** More than fit into a sentence are counted. */
const listed = (all: readonly string[]): string => (all.length === 0 ? 'none' : someOf(all, 8))

function goOn({ revision, removed }: Run, left: readonly string[], aborted: boolean): string {
  const { name } = revision.topology
  if (left.some((each) => removed.has(each))) return `cul8er deploy ${name} creates what is missing`
  if (left.length === 0) return `cul8er restart ${name} starts from the beginning`
  // What a person stopped halfway says nothing about why.
  const logs = aborted ? '' : `cul8er logs ${name} ${left[0]} shows why; `
  return `${logs}cul8er restart ${name} ${left.slice(0, 8).join(' ')} tries again, cul8er deploy ${name} sets them up again`
}
