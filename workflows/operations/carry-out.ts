import { CancellationScope, isCancellation } from '@temporalio/workflow'
import type { LaneFailure, Procedure, Stage } from '../../src/contracts/index.js'
import { NO_ANSWER, type ErrorReport } from '../../src/errors.js'
import { strategyNamed } from '../../src/strategies/registry.js'
import { canonicalJson } from '../../src/plan/digest.js'
import { placeKey } from '../../src/plan/place-key.js'
import type { Revision } from '../../src/plan/model.js'
import { compensationOf } from '../../src/steps/compensation.js'
import { strategyOf } from '../../src/steps/view.js'
import { withDeadline } from '../engine/deadline.js'
import { reportOf } from '../engine/failure.js'
import { interpret } from '../engine/interpreter.js'
import type { Run } from '../engine/run.js'
import type { Ending } from './conduct.js'
import { plural } from '../../src/plural.js'

/** Runs a procedure to one of its ends: done, taken back, held for a person, or in need of one. */
export async function carryOut(run: Run, { stages, standby }: Procedure): Promise<Ending> {
  run.position = { stage: 0, stages: stages.length, name: '' }
  const { before, way, rest } = partsOf(stages)
  // Its hooks have limits of their own; the deadline is for the strategy.
  if (before.length > 0) {
    try {
      await run.steer.abortable(() => interpret(run, before))
    } catch (error) {
      return { outcome: 'failed', error: isCancellation(error) ? NOTHING_DONE : reportOf(error) }
    }
  }
  try {
    await run.steer.abortable(() => withDeadline(run, () => interpret(run, way)))
  } catch (error) {
    return failed(run, isCancellation(error) ? aborted() : reportOf(error))
  }
  // Neither a person nor a deadline keeps what is left of the old from being removed.
  await CancellationScope.nonCancellable(() => interpret(run, rest))
  const { keepMs } = strategyOf(run)
  return {
    ...(run.failures.length === 0 ? { outcome: 'succeeded' } : notRemoved(run)),
    committed: run.committed,
    ...(standby.length === 0 ? {} : { standby: { names: standby.map(({ name }) => name), keepMs } }),
  }
}

/** What comes before any change, what can be taken back, and what comes after the point of no return. */
function partsOf(stages: readonly Stage[]): Record<'before' | 'way' | 'rest', Stage[]> {
  const from = Math.max(
    0,
    stages.findIndex(({ changesNothing }) => changesNothing !== true),
  )
  const at = stages.findIndex(({ lanes }) => lanes.some(({ steps }) => steps.some(({ kind }) => kind === 'commit')))
  return { before: stages.slice(0, from), way: stages.slice(from, at + 1), rest: stages.slice(at + 1) }
}

const NOTHING_DONE: ErrorReport = { code: 'ABORTED', message: 'aborted before anything changed' }

async function failed(run: Run, error: ErrorReport): Promise<Ending> {
  const { rollback, maxParallel, approach } = strategyOf(run)
  run.steer.noReturn = 'the operation is already being undone'
  // A pause was for the way forward; nobody is to wait for the undo.
  run.steer.paused = false
  const told = run.settled
  run.settled = false
  const held = rollback.onFailure === 'hold' && error.code !== 'ABORTED'
  run.recorder.say(held ? 'held: left as it is for you to decide' : `undoing: ${error.message}`)
  if (!held && error.code === 'EDGE') run.edges.asBefore()
  const registered = run.compensations.all
  // Whatever comes next, no request more reaches a canary.
  const undos = held ? registered.filter(({ kind }) => kind === 'withdraw') : registered
  const { exclusive } = strategyNamed(approach)
  const { topology } = run.revision
  const how = { exclusive, prunes: rollback.snapshot !== 'never', topology }
  const stages = [...compensationOf(undos, maxParallel, how), ...(held ? [] : portsAsBefore(run, error, told))]
  run.position = { stage: 0, stages: stages.length, name: '' }
  await CancellationScope.nonCancellable(() => interpret(run, stages, 'back'))
  run.warnings.push(...[...run.behind].map(behindWords))
  const lost = lostHosts(run)
  const away = lost.length === 0 ? {} : { lost }
  if (run.failures.length > 0) {
    if (held || !isLeftToFailover(run)) return { ...undoAttention(run, error, run.failures), ...away }
    run.warnings.push(...run.failures.map((each) => `${words(each)}; a failover repairs this once the host is back`))
    return { outcome: 'rolledBack', error, dirty: dirtyOf(run), ...away }
  }
  if (!held) return { outcome: 'rolledBack', error, ...away }
  const { name } = run.revision.topology
  // Without a stable revision a rollback has nowhere to go; without a number, that of a rollback goes on with this one.
  const back =
    run.base === null ? `cul8er destroy ${name} removes` : `cul8er rollback ${name} --to ${run.base.number} undoes`
  const hint = `${back} everything; cul8er deploy ${name} goes forward from here`
  return { outcome: 'held', dirty: [...run.dirty], error: { ...error, hint }, ...away }
}

const behindWords = (host: string): string =>
  `host ${host} gave no answer: its edge still does what it did before the undo, until the next operation`

/** Hosts that gave no answer, and where something was left for that reason. */
const lostHosts = ({ behind, failures }: Run): string[] =>
  [...new Set([...behind, ...failures.flatMap((each) => (isSilent(each) ? [each.host] : []))])].sort()

const isSilent = ({ host, error }: LaneFailure): boolean => host !== '' && NO_ANSWER.has(error.code)

/**
 * Whether all that could not be taken back is on hosts that are gone, while others are as before: where the stable revision has a
 * `failover`, that is what it is for, and nobody needs to be asked.
 */
function isLeftToFailover({ base, failures, hosts, lost }: Run): boolean {
  if (base?.topology.failover === undefined) return false
  const away = new Set([...lost, ...failures.map(({ host }) => host)])
  return (
    failures.every((each) => isSilent(each) && base.topology.hosts[each.host] !== undefined) &&
    Object.keys(hosts).some((host) => !away.has(host))
  )
}

/** Edges were told what the revision declares from the first change on: where the stable one exposes something else, that again. */
function portsAsBefore({ base, revision, compensations }: Run, { code }: ErrorReport, told: boolean): Stage[] {
  const exposed = ({ topology, certificates = {} }: Revision): string =>
    canonicalJson([
      Object.entries(topology.resources).map(([name, { expose }]) => (expose.length > 0 ? [name, expose] : [])),
      Object.entries(certificates)
        .map(([name, { sealed }]) => [name, sealed.digest])
        .sort(),
    ])
  // Where no instance was to change, an edge that refused may have done half of it, and of several one was told before another failed.
  const untouched = compensations.all.length === 0 && code !== 'EDGE' && !told
  if (base === null || untouched || exposed(base) === exposed(revision)) return []
  return [
    {
      name: 'undo: public ports as before',
      lanes: [{ steps: [{ kind: 'settle', before: true }] }],
      onFailure: 'continue',
    },
  ]
}

const aborted = (): ErrorReport => ({ code: 'ABORTED', message: 'aborted: all changes were undone' })

const GO_ON = 'fix the cause, then deploy or roll back again: both continue from here'

function undoAttention(run: Run, error: ErrorReport, failures: readonly LaneFailure[]): Ending {
  const undo = failures.filter((failure) => failure.undo !== undefined)
  const places = plural(failures.length, 'place')
  return {
    outcome: 'needsAttention',
    dirty: dirtyOf(run),
    error: {
      code: 'NEEDS_ATTENTION',
      message: `${error.message}; and undoing it failed in ${places}: ${failures.map(words).join('; ')}`,
      hint: GO_ON,
      details: { cause: error, undo },
    },
  }
}

const dirtyOf = ({ dirty, failures }: Run): string[] => [
  ...new Set([...dirty, ...failures.filter(({ undo }) => undo !== undefined).map(failedKey)]),
]

/** Of what is no instance, its name alone. */
const failedKey = ({ instance: name, host }: LaneFailure): string => (host === '' ? name : placeKey({ host, name }))

/** The new version serves; the ledger counts it as stable. */
function notRemoved(run: Run): Pick<Ending, 'outcome' | 'dirty' | 'error'> {
  const [first] = run.failures
  return {
    outcome: 'needsAttention',
    dirty: [...run.dirty],
    error: {
      code: first?.error.code ?? 'NEEDS_ATTENTION',
      message: `the new version serves, but parts of the old one could not be removed: ${run.failures.map(words).join('; ')}`,
      hint: GO_ON,
      details: { failures: run.failures },
    },
  }
}

export const words = ({ instance, host, undo, error }: LaneFailure): string =>
  `${instance}${host === '' ? '' : ` on ${host}`}: ${undo === undefined ? '' : `${undo} failed: `}${error.message}`
