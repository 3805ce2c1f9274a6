import type { ApplicationFailure } from '@temporalio/workflow'
import { toPlan, type WorkPlan } from '../../src/plan/plan.js'
import type { Work } from '../../src/plan/work.js'
import { failureOf } from '../steps/failure.js'
import { quick } from '../steps/activities.js'
import { Run } from '../steps/run.js'
import { conduct, type Conducted, type Ending } from './conduct.js'
import { ending } from './ending.js'
import type { OperationEnd, OperationInput } from '../../src/contracts/index.js'
import { trafficNow } from '../../src/plan/traffic-now.js'

/** A strategy: brings the work up to full traffic, and throws when it cannot. */
export type Strategy = (run: Run, work: Work[]) => Promise<void>

/** A deploy or a rollback: plan, then let the strategy change the world, then end it one way or the other. */
export async function change(input: OperationInput, strategy: Strategy): Promise<OperationEnd> {
  return conduct(input, async (conducted): Promise<Ending> => {
    const plan = await makePlan(input, conducted)
    if (conducted.steer.aborted) throw failureOf({ code: 'ABORTED', message: 'aborted before anything changed' })
    const { work, bystanders } = plan
    const stays = staysKept(plan)
    if (work.length === 0 && !exposesAnything(input)) return { outcome: 'succeeded', stays }
    const run = new Run(
      {
        operation: input.number,
        revision: input.revision,
        base: input.base,
        hosts: input.hosts,
        traffic: trafficNow(
          input.revision.topology,
          [...bystanders, ...work.flatMap(({ from }) => from ?? [])],
          input.dirty,
        ),
      },
      conducted.steer,
      conducted.recorder,
    )
    await ensureProjects(run, work)
    return { ...asBefore(input, await ending(run, work, () => strategy(run, work))), stays }
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
      message: `${cause?.message ?? 'undone'}; all is as before this operation, which is: half changed are ${dirty.join(', ')}`,
      hint: 'mend the cause, then deploy or roll back again: both go on from here',
      details: { cause, dirty },
    },
  }
}

async function makePlan(input: OperationInput, { recorder, ...conducted }: Conducted): Promise<WorkPlan> {
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
        force: request.force ?? false,
      }),
    ({ work, exposure }) =>
      work.length + exposure.length === 0 ? 'nothing to change' : `${work.length + exposure.length} changes`,
  )
  conducted.changes.push(...toPlan(input.topology, plan).changes)
  if (request.planFingerprint !== undefined && request.planFingerprint !== plan.fingerprint) throw stale()
  return plan
}

async function ensureProjects(run: Run, work: Work[]): Promise<void> {
  const { project } = run.input.revision.topology
  if (project === null) return
  const hosts = new Set(
    work.filter(({ action }) => action === 'create' || action === 'replace').map(({ host }) => host),
  )
  await Promise.all([...hosts].map((host) => quick({ summary: project }).ensureProject({ ...run.at(host), project })))
}

/** What is kept for an instant switch back and is left alone. */
const staysKept = ({ work, bystanders }: WorkPlan): string[] =>
  bystanders
    .filter(({ name, role }) => role === 'old' && !work.some(({ instance }) => instance === name))
    .map(({ name }) => name)

const stale = (): ApplicationFailure =>
  failureOf({
    code: 'STALE_PLAN',
    message: 'the saved plan is stale: the instances or the topology are not as they were when it was made',
    hint: 'make a new one with cul8er plan --out FILE, and look at what changed',
  })

const exposesAnything = ({ revision, base }: OperationInput): boolean =>
  [revision, base].some((r) => Object.values(r?.topology.resources ?? {}).some(({ expose }) => expose.length > 0))
