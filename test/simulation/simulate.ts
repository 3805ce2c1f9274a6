import { ledgerState, type LedgerState } from '../../src/contracts/index.js'
import { labelsToConfig } from '../../src/plan/labels.js'
import { violations, Violation, type Looks, type Moment } from './invariants/index.js'
import { Client } from './scenario/client.js'
import type { Scenario } from './scenario/model.js'
import type { Run } from './server/run.js'
import { NotDeterministic, TaskFailed } from './server/run.js'
import type { Sandbox } from './server/sandbox.js'
import { Server } from './server/server.js'
import { affected, begun, closed, isOperation, newStory, operationOf, type Story } from './story.js'
import type * as realPure from './world/pure.js'
import type { Effect } from './world/model.js'
import { workerOf } from './world/worker.js'
import { World } from './world/world.js'

/** What the code under test is. */
export interface Subject {
  /** Workflows, compiled as the scenario wants them: a narrow one with small slices. */
  sandboxFor(scenario: Scenario): Promise<Sandbox>
  pure: typeof realPure
  /** Frees the sandboxes. */
  close(): Promise<void>
}

export interface Outcome {
  /** What went wrong first, and which invariant says so. */
  wrong: Wrong | null
  /** All that went wrong, the first of each invariant; more than one only where the simulation was to go on. */
  all: Wrong[]
  trace: string[]
  hash: string
  activations: number
  operations: number
}

export interface Wrong {
  invariant: string
  message: string
}

export interface SimulateOptions {
  /** Invariants that are not looked at. */
  skipped?: ReadonlySet<string>
  /** Go on after a violation. What comes then may be its consequence, but one defect hides no other. */
  goOn?: boolean
}

/** A run that goes on for so long comes to no end. */
const MOST_STEPS = 20_000
/** What is due later than this after the last command is not waited for: a topology may live for ever. */
const MOST_MS = 3 * 24 * 3_600_000

/** Runs a scenario to its end, or to the first thing that is wrong. The same scenario gives the same trace. */
export async function simulate(
  scenario: Scenario,
  subject: Subject,
  { skipped = new Set(), goOn = false }: SimulateOptions = {},
): Promise<Outcome> {
  const code = { sandbox: await subject.sandboxFor(scenario), pure: subject.pure }
  const play = new Play(scenario, code, skipped, goOn)
  try {
    await play.run()
  } catch (error) {
    play.found(wrongOf(error))
  }
  await play.server.forget()
  const { trace, hash, activations } = play.server
  const all = [...play.wrong.values()]
  return { wrong: all[0] ?? null, all, trace, hash, activations, operations: play.story.operations.length }
}

function wrongOf(error: unknown): Wrong {
  if (!(error instanceof Error)) throw error
  const { message } = error
  if (error instanceof Violation) return { invariant: error.invariant, message }
  if (error instanceof NotDeterministic) return { invariant: 'replays-alike', message }
  if (error instanceof TaskFailed) return { invariant: 'no-task-fails', message }
  throw error
}

class Play {
  readonly server: Server
  readonly story: Story
  readonly wrong = new Map<string, Wrong>()
  private readonly client: Client

  constructor(
    scenario: Scenario,
    { sandbox, pure }: { sandbox: Sandbox; pure: typeof realPure },
    private readonly skipped: ReadonlySet<string>,
    private readonly goOn: boolean,
  ) {
    const world = new World(
      () => this.server?.now ?? 0,
      (effect) => this.affected(effect),
    )
    const { seed, faults, canary } = scenario
    this.server = new Server({
      ...{ seed, faults },
      sandbox,
      activities: workerOf(world, { seed, pure, canary }),
      watcher: {
        started: (run) => this.started(run),
        closed: (run, end) => {
          const operation = closed(this.story, run, end)
          if (operation !== null) this.check('atClose', this.story, operation)
          if (operation !== null && operation.ended?.end?.result.outcome === 'succeeded') this.rememberTtl(operation)
          if (run.id === this.story.ledgerId) this.ledgerIs(null)
        },
        task: (run) => this.task(run),
        disturbed: (workflowId, what) => operationOf(this.story, workflowId)?.disturbed.push(what),
        unheard: (workflowId, what) => operationOf(this.story, workflowId)?.unheard.add(what),
      },
    })
    this.story = newStory(scenario, world, this.server)
    for (const [release, behaviour] of Object.entries(scenario.apps)) world.apps.set(release, behaviour)
    putBystanders(world, scenario)
    this.client = new Client(this.server, this.story)
  }

  async run(): Promise<void> {
    let steps = 0
    while (await this.server.step()) {
      if ((steps += 1) > MOST_STEPS) throw new Violation('comes-to-an-end', `it goes on after ${steps} steps`)
      const { finishedAt } = this.client
      const { settlesMs = MOST_MS } = this.story.scenario
      if (finishedAt === null || this.server.now - finishedAt < settlesMs) continue
      const open = this.server.openIds().filter(isOperation)
      if (open.length > 0) throw new Violation('comes-to-an-end', `${open.join()} is open days after the last command`)
      break
    }
    const open = this.server.openIds().filter(isOperation)
    if (open.length > 0) throw new Violation('comes-to-an-end', `nothing can happen, but ${open.join()} is open`)
    this.check('atEnd', this.story)
  }

  private started(run: Run): void {
    begun(this.story, run)
    const operation = isOperation(run.id) ? operationOf(this.story, run.id) : null
    if (operation !== null) this.check('atBegin', this.story, operation)
    if (operation !== null) this.rememberFirstTtl(operation)
  }

  private async task(run: Run): Promise<void> {
    // A run that has just continued as new has had no task yet, and so answers no query.
    // One that continued as new is asked after the first task of its next run.
    if (run.id === this.story.ledgerId && this.server.open(run.id) !== run) this.ledgerIs(null)
    if (run.id === this.story.ledgerId && this.server.open(run.id) === run) {
      this.ledgerIs((await this.server.query(run.id, ledgerState.name)) as LedgerState)
    }
    this.check('afterTask', this.story, run.id)
  }

  private ledgerIs(state: LedgerState | null): void {
    const before = this.story.ledger
    this.story.ledger = state
    if (state === null || state.current === null) this.story.idle = state
    this.client.ledgerChanged(before)
  }

  private affected(effect: Effect): void {
    affected(this.story, effect)
    this.check('afterEffect', this.story, effect)
  }

  found(wrong: Wrong): void {
    if (!this.wrong.has(wrong.invariant)) this.wrong.set(wrong.invariant, wrong)
  }

  private check<M extends Moment>(moment: M, ...args: Looks[M]): void {
    for (const violation of violations(moment, ...args)) {
      if (this.skipped.has(violation.invariant)) continue
      if (!this.goOn) throw violation
      this.found(wrongOf(violation))
    }
  }

  /** Until a first deploy has succeeded its ttl counts from its start. */
  private rememberFirstTtl({ input: { request, base, expiresAt } }: Story['operations'][number]): void {
    if (request.kind === 'deploy' && base === null && expiresAt !== undefined) {
      this.story.ttl.dueAt = Date.parse(expiresAt)
    }
  }

  private rememberTtl({ input: { request, revision } }: Story['operations'][number]): void {
    const { ttlMs } = revision.topology
    // A person had the last word while it was in progress.
    if (this.story.ledger?.current?.ttlSet === true) return
    if (request.kind === 'deploy' || request.kind === 'rollback') {
      this.story.ttl.dueAt = ttlMs === null ? null : this.server.now + ttlMs
    }
  }
}

function putBystanders(world: World, { bystanders }: Scenario): void {
  for (const { host, name, topology, resource } of bystanders) {
    const labels =
      topology === null
        ? null
        : {
            ...{ topology, resource, index: 1, color: '' as const, revision: 1, digest: 'theirs', operation: '1' },
            ...{ image: 'theirs', release: null, role: 'live' as const, secrets: {} },
          }
    world.instances.set(`${host}/${name}`, {
      ...{ host, name, type: 'container', status: 'Running', devices: {}, labels, addresses: [], snapshots: [] },
      ...{ config: labels === null ? {} : labelsToConfig(labels), createdAt: '2025-12-01T00:00:00Z' },
      ...{ stateful: false, data: { volume: 0, written: 0 }, app: null, usedInside: false },
    })
  }
}
