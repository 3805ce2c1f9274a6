import type { ApplicationFailure } from '@temporalio/workflow'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { dirtyNames } from '../../src/plan/half-done.js'
import type { Role } from '../../src/plan/model.js'
import { toPlan, type PlannedChanges } from '../../src/plan/plan.js'
import { found } from '../../src/plan/stale-copies.js'
import { standbyThatStays } from '../../src/plan/standby.js'
import type { PlannedChange } from '../../src/plan/planned-change.js'
import { procedureOf } from '../../src/strategies/procedure.js'
import type { Strategy } from '../../src/strategies/strategy.js'
import { exposing } from '../../src/steps/edges.js'
import { quick } from '../engine/activities.js'
import { failureOf } from '../engine/failure.js'
import type { Run } from '../engine/run.js'
import { carryOut } from './carry-out.js'
import { conduct, type Conducted, type Ending } from './conduct.js'
import { patienceOf } from './owned.js'
import { runOf } from './run-of.js'
import { plural } from '../../src/plural.js'

/** A deploy, a rollback, or what moves what is as declared: plan, let the strategy make a procedure of it, and run that to one of its ends. */
export async function change(input: OperationInput, strategy: Strategy): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const plan = await makePlan(input, conducted)
    if (conducted.steer.aborted) throw failureOf({ code: 'ABORTED', message: 'aborted before anything changed' })
    const { changes, volumes = [], unplaced = [] } = plan
    const { without = [] } = input.request
    const stays = standbyThatStays(plan, { standby: input.standby, without })
    // The edges of what does not move have nothing to be told either.
    const toTell = input.request.moves === undefined ? exposing(input) : []
    if (changes.length + volumes.length === 0 && toTell.length === 0)
      return { outcome: 'succeeded', committed: true, stays }
    const run = runOf(input, found(plan, input.revision.topology), conducted)
    conducted.run = run
    run.warnings.push(...unplaced.map(({ why }) => why))
    const procedure = procedureOf(strategy, plan, {
      revision: input.revision,
      isProven: input.request.kind === 'rollback' || input.request.moves !== undefined,
      hooks: input.hooks,
      force: input.request.force,
    })
    const ending = asBefore(input, madeRoom(await carryOut(run, procedure), changes, run))
    return { ...ending, stays, ...(unplaced.length === 0 ? {} : { noRoom: unplaced.map((each) => each.instance) }) }
  })
}

/** What was done is taken back; but what an earlier operation left half changed is so again, and that is no good end. */
function asBefore({ dirty }: OperationInput, ending: Ending): Ending {
  if (ending.outcome !== 'rolledBack' || dirty.length === 0) return ending
  const cause = ending.error
  return {
    ...ending,
    outcome: 'needsAttention',
    error: {
      code: 'NEEDS_ATTENTION',
      message: `${cause?.message ?? 'undone'}; undone, but an earlier operation had left ${dirtyNames(dirty).join(', ')} dirty`,
      hint: 'fix the cause, then deploy or roll back again: both continue from here',
      details: { cause, dirty: dirtyNames(dirty) },
    },
  }
}

/** Nothing brings back what made room before the operation came to nothing. Of what was half made nobody needs to hear. */
function madeRoom(ending: Ending, changes: readonly PlannedChange[], { removed }: Run): Ending {
  const names = changes.flatMap(({ action, from }) =>
    action === 'delete' && from !== null && WHOLE.has(from.role) && removed.has(from.name) ? [from.name] : [],
  )
  const { error } = ending
  if (error === undefined || ending.committed === true || names.length === 0) return ending
  const message = `${error.message}; instances that were deleted to make room cannot come back: ${names.join(', ')}`
  return { ...ending, removed: names, error: { ...error, message } }
}

const WHOLE: ReadonlySet<Role> = new Set(['live', 'old'])

async function makePlan(input: OperationInput, { recorder, ...conducted }: Conducted): Promise<PlannedChanges> {
  const { revision, dirty, request } = input
  const plan = await recorder.step(
    'plan',
    undefined,
    () =>
      quick({ summary: `revision ${revision.number}` }).planOperation({
        revision,
        base: input.base,
        hosts: input.hosts,
        dirty,
        standby: input.standby,
        without: request.without,
        refreshImages: request.refreshImages,
        ...(request.moves === undefined ? {} : { moves: request.moves }),
        force: request.force ?? false,
        operation: input.number,
        ...patienceOf(input),
        ...(request.kind === 'rollback' ? { goesBack: true } : {}),
        ...(request.liveOnly === true ? { liveOnly: true } : {}),
        ...(request.counts === undefined ? {} : { counts: request.counts }),
        ...(request.kind === 'failover' ? { partly: true } : {}),
      }),
    ({ changes, exposure, volumes = [] }) => changesCount(changes.length + exposure.length + volumes.length),
  )
  conducted.changes.push(...toPlan(input.topology, plan).changes)
  if (request.planFingerprint !== undefined && request.planFingerprint !== plan.fingerprint) throw stale()
  return plan
}

const changesCount = (count: number): string => (count === 0 ? 'nothing to change' : plural(count, 'change'))

const stale = (): ApplicationFailure =>
  failureOf({
    code: 'STALE_PLAN',
    message: 'the saved plan is stale: the instances or the topology have changed since it was made',
    hint: 'make a new one with cul8er plan --out FILE, with --force where the deploy has it, and look at what changed',
  })
