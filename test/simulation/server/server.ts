import { createHash } from 'node:crypto'
import { Random } from '../random.js'
import { Activity, type Activities } from './activity.js'
import { Agenda, type Happening } from './agenda.js'
import { Child, type End } from './child.js'
import type { Faults } from './faults.js'
import { decode, encode, msOf, type Command, type Failure, type Job, type Payload } from './payloads.js'
import { Run } from './run.js'
import type { Sandbox } from './sandbox.js'
import { commandKind, jobWords } from './words.js'

/** An answer to an update. */
export type Answer = { ok: true; value: unknown } | { ok: false; failure: Failure | null }

/** What others want to know of; each may throw, and so end the simulation. */
export interface Watcher {
  started?(run: Run): void
  closed?(run: Run, end: End): void
  /** After a task and all that it asked for is under way. */
  task?(run: Run): Promise<void>
  /** An activity of a workflow came to no good end, or something else that is nobody's fault happened to it. */
  disturbed?(workflowId: string, what: string): void
  /** An attempt that its workflow waits for no more did its work all the same. */
  unheard?(workflowId: string, what: string): void
}

export interface ServerOptions {
  sandbox: Sandbox
  seed: number
  activities: Activities
  faults: Faults
  watcher: Watcher
}

interface Entry {
  run: Run
  timers: Map<number, Happening>
  activities: Map<number, Activity>
  children: Map<number, Child>
  updates: Map<string, (answer: Answer) => void>
  ended: (end: End) => void
}

const START = Date.parse('2026-01-01T00:00:00Z')
/** Weight of time passing although something is due, against 1 for each thing that is. */
const TIME_PASSES = 0.3
/** A worker that is there is not slower than this, ms. */
export const SLOWEST_MS = 2_000

/**
 * What a Temporal server, its workers and its clients do, one thing at a time. What happens to a workflow gathers in its inbox
 * until its next task, which takes all of it; a seeded choice among what is due decides the order, and so what comes together.
 */
export class Server {
  now = START
  activations = 0
  readonly agenda = new Agenda()
  readonly trace: string[] = []
  readonly seed: number
  readonly activities: Activities
  readonly faults: Faults
  workerIsThere = true
  private readonly random: Random
  private readonly sandbox: Sandbox
  private readonly watcher: Watcher
  /** The latest run of each workflow. */
  private readonly entries = new Map<string, Entry>()
  private readonly replaced: Run[] = []
  private readonly occasions = new Map<string, number>()
  private readonly accepted = new Map<string, Run>()
  private runs = 0

  constructor({ sandbox, seed, activities, faults, watcher }: ServerOptions) {
    this.sandbox = sandbox
    this.seed = seed
    this.random = new Random(seed)
    this.activities = activities
    this.faults = faults
    this.watcher = watcher
  }

  /** Equal for equal traces. */
  get hash(): string {
    return createHash('sha256').update(this.trace.join('\n')).digest('hex').slice(0, 12)
  }

  isOpen(id: string): boolean {
    return this.entries.get(id)?.run.closed === false
  }

  /** The latest run of a workflow, if it is open. */
  open(id: string): Run | null {
    const run = this.entries.get(id)?.run
    return run === undefined || run.closed ? null : run
  }

  openIds(): string[] {
    return [...this.entries.values()].flatMap(({ run }) => (run.closed ? [] : [run.id]))
  }

  /** Ids of children whose end the open run of a workflow has not been told of. */
  awaitedBy(id: string): string[] {
    const entry = this.entries.get(id)
    return [...(entry?.children.values() ?? [])].flatMap((child) => (child.awaited ? [child.workflowId] : []))
  }

  start(
    type: string,
    id: string,
    args: Payload[],
    { parent, ended = () => {} }: { parent?: { workflowId: string; runId: string }; ended?: (end: End) => void } = {},
  ): Run {
    if (this.isOpen(id)) throw new Error(`${id} is open already`)
    const number = (this.runs += 1)
    const runId = `run-${this.seed}-${number}-${(RUNS += 1)}`
    const run = new Run(this.sandbox, { type, id, runId, args, at: this.now, seed: number + 1, parent })
    const before = this.entries.get(id)
    if (before !== undefined) this.replaced.push(before.run)
    const none = { timers: new Map(), activities: new Map(), children: new Map(), updates: new Map() }
    this.entries.set(id, { run, ...none, ended })
    this.watcher.started?.(run)
    return run
  }

  /** Sends an update; `id` is the update's own, by which a server knows one that it accepted before. */
  update(
    workflowId: string,
    name: string,
    arg: unknown,
    { id, answered }: { id: string; answered: (answer: Answer) => void },
  ): void {
    const entry = this.entries.get(workflowId)
    if (entry === undefined || entry.run.closed) return answered({ ok: false, failure: null })
    if (this.accepted.get(`${workflowId} ${id}`) === entry.run) return
    const protocolInstanceId = `${id}#${this.occasion(`update ${id}`)}`
    entry.updates.set(protocolInstanceId, answered)
    entry.run.inbox.push({
      doUpdate: { id, protocolInstanceId, name, input: [encode(arg)], headers: {}, runValidator: true },
    })
  }

  signal(workflowId: string, signalName: string, input: Payload[] = []): boolean {
    this.open(workflowId)?.inbox.push({ signalWorkflow: { signalName, input, headers: {} } })
    return this.isOpen(workflowId)
  }

  cancel(workflowId: string): boolean {
    const run = this.open(workflowId)
    if (run === null) return false
    if (!run.inbox.some(({ cancelWorkflow }) => cancelWorkflow != null))
      run.inbox.push({ cancelWorkflow: { reason: '' } })
    return true
  }

  terminate(workflowId: string): boolean {
    if (!this.isOpen(workflowId)) return false
    this.close(workflowId, { how: 'terminated' })
    return true
  }

  query(workflowId: string, queryType: string): Promise<unknown> {
    return this.entries.get(workflowId)!.run.query(queryType)
  }

  /** Puts something on its way that happens soon. */
  later(label: string, act: Happening['act'], inMs = 0): void {
    this.agenda.add(this.now + inMs, label, act)
  }

  /** How often this was asked for before, by name. */
  occasion(name: string): number {
    const number = (this.occasions.get(name) ?? 0) + 1
    this.occasions.set(name, number)
    return number
  }

  disturb(workflowId: string, what: string): void {
    this.watcher.disturbed?.(workflowId, what)
  }

  unheard(workflowId: string, what: string): void {
    this.watcher.unheard?.(workflowId, what)
  }

  say(what: string): void {
    this.trace.push(`${new Date(this.now).toISOString().slice(8, 23)} ${what}`)
  }

  /** Does the next thing; false: nothing can happen any more. */
  async step(): Promise<boolean> {
    const { workerDies = 0 } = this.faults
    if (workerDies > 0 && this.workerIsThere && this.random.chance(workerDies)) await this.workerDied()
    const due = this.agenda.ready(this.now, this.workerIsThere)
    const waiting = this.workerIsThere ? this.openRuns().filter(({ inbox }) => inbox.length > 0) : []
    const next = this.agenda.next(this.now)
    const ready = due.length + waiting.length
    if (ready === 0 && next === Infinity) return false
    const mayPass = next - this.now <= SLOWEST_MS && this.random.chance(TIME_PASSES / (ready + TIME_PASSES))
    if (ready === 0 || mayPass) {
      this.now = next
      return true
    }
    const chosen = this.random.int(0, ready - 1)
    const run = waiting[chosen - due.length]
    if (run !== undefined) await this.task(run)
    else await this.happen(due[chosen]!)
    return true
  }

  /** All workers die, and others take over at once. */
  async workerDied(): Promise<void> {
    this.say('the worker dies')
    await this.forget()
    this.eachActivity((activity) => activity.loseWorker())
  }

  /** Running attempts at an activity come to their end sooner. */
  hurry(type: string, inMs: number): void {
    this.eachActivity((activity) => activity.hurry(type, this.now + inMs))
  }

  /** No worker is there for a while: timers fall due, requests arrive, and nothing is worked on. */
  async workerAway(ms: number): Promise<void> {
    if (!this.workerIsThere) return
    await this.workerDied()
    this.say(`no worker is there for ${ms / 1000} s`)
    this.workerIsThere = false
    this.agenda.add(this.now + ms, 'a worker is there again', () => void (this.workerIsThere = true))
  }

  /** Frees what the sandbox keeps of all runs. */
  async forget(): Promise<void> {
    for (const { run } of this.entries.values()) await run.forget()
    for (const run of this.replaced.splice(0)) await run.forget()
  }

  private openRuns(): Run[] {
    return [...this.entries.values()].flatMap(({ run }) => (run.closed ? [] : [run]))
  }

  private eachActivity(act: (activity: Activity) => void): void {
    for (const { activities } of this.entries.values()) activities.forEach(act)
  }

  private async happen(happening: Happening): Promise<void> {
    this.agenda.drop(happening)
    if (happening.label !== '') this.say(happening.label)
    await happening.act()
  }

  private async task(run: Run): Promise<void> {
    const { continueAsNew = 0 } = this.faults
    run.continueAsNewSuggested ||= continueAsNew > 0 && this.random.chance(continueAsNew)
    const { jobs, commands } = await run.begin(this.now)
    this.say(`${run.id} <- ${jobs.map(jobWords).join(', ')}${run.continueAsNewSuggested ? ' [continue as new]' : ''}`)
    await this.obeyAll(run, commands)
    await this.watcher.task?.(run)
  }

  /** What is resolved at once is told in the same task. */
  private async obeyAll(run: Run, commands: Command[]): Promise<void> {
    this.activations += 1
    const fresh = new Set<unknown>()
    const jobs = commands.flatMap((command) => this.obey(this.entries.get(run.id)!, command, fresh) ?? [])
    if (run.closed) return run.forget()
    if (jobs.length > 0) await this.obeyAll(run, await run.proceed(jobs, this.now))
  }

  private obey(entry: Entry, command: Command, fresh: Set<unknown>): Job | null {
    const { run, timers, activities, children } = entry
    switch (commandKind(command)) {
      case 'startTimer': {
        const { seq, startToFireTimeout } = command.startTimer!
        const act = (): void => {
          timers.delete(seq!)
          run.inbox.push({ fireTimer: { seq } })
        }
        const due = this.now + msOf(startToFireTimeout)
        timers.set(seq!, this.agenda.add(due, `${run.id}: timer ${seq} is due`, act))
        return null
      }
      case 'cancelTimer': {
        const { seq } = command.cancelTimer!
        this.agenda.drop(timers.get(seq!))
        timers.delete(seq!)
        return null
      }
      case 'scheduleActivity': {
        const activity = new Activity(this, run, command.scheduleActivity!)
        activities.set(command.scheduleActivity!.seq!, activity)
        fresh.add(activity)
        return null
      }
      case 'requestCancelActivity': {
        const activity = activities.get(command.requestCancelActivity!.seq!)
        return activity?.cancel({ unsent: fresh.has(activity) }) ?? null
      }
      case 'startChildWorkflowExecution': {
        const child = new Child(this, run, command.startChildWorkflowExecution!)
        children.set(command.startChildWorkflowExecution!.seq!, child)
        fresh.add(child)
        return null
      }
      case 'cancelChildWorkflowExecution': {
        const child = children.get(command.cancelChildWorkflowExecution!.childWorkflowSeq!)
        return child?.cancel({ unsent: fresh.has(child) }) ?? null
      }
      case 'signalExternalWorkflowExecution': {
        const { seq, childWorkflowId, workflowExecution, signalName, args } = command.signalExternalWorkflowExecution!
        const target = childWorkflowId ?? workflowExecution!.workflowId!
        this.later(`${run.id} signals ${signalName} to ${target}`, () => {
          const found = this.signal(target, signalName!, args ?? [])
          if (!run.closed) run.inbox.push({ resolveSignalExternalWorkflow: { seq, failure: found ? null : NOT_FOUND } })
        })
        return null
      }
      case 'requestCancelExternalWorkflowExecution': {
        const { seq, workflowExecution } = command.requestCancelExternalWorkflowExecution!
        const target = workflowExecution!.workflowId!
        this.later(`${run.id} asks ${target} to cancel`, () => {
          const failure = this.cancel(target) ? null : NOT_FOUND
          if (!run.closed) run.inbox.push({ resolveRequestCancelExternalWorkflow: { seq, failure } })
        })
        return null
      }
      case 'updateResponse':
        this.answer(entry, command.updateResponse!)
        return null
      case 'completeWorkflowExecution':
        this.close(run.id, { how: 'completed', result: command.completeWorkflowExecution!.result! })
        return null
      case 'failWorkflowExecution':
        this.close(run.id, { how: 'failed', failure: command.failWorkflowExecution!.failure! })
        return null
      case 'cancelWorkflowExecution':
        this.close(run.id, { how: 'cancelled' })
        return null
      case 'continueAsNewWorkflowExecution': {
        const { workflowType, arguments: args } = command.continueAsNewWorkflowExecution!
        this.say(`${run.id} continues as new`)
        this.leave(entry, { parentEnded: false })
        const { parent } = run.beginning
        this.start(workflowType || run.type, run.id, args ?? [], { parent, ended: entry.ended })
        return null
      }
      // It is on its way already, and its sender does not wait for it any more.
      case 'cancelSignalWorkflow':
      case 'setPatchMarker':
      case 'upsertWorkflowSearchAttributes':
      case 'modifyWorkflowProperties':
        return null
      default:
        throw new Error(`${run.id}: the command ${commandKind(command)} is not simulated`)
    }
  }

  private answer(entry: Entry, response: NonNullable<Command['updateResponse']>): void {
    const id = response.protocolInstanceId!
    if (response.accepted != null) {
      this.accepted.set(`${entry.run.id} ${id.replace(/#\d+$/, '')}`, entry.run)
      return
    }
    const answered = entry.updates.get(id)
    entry.updates.delete(id)
    const { rejected, completed } = response
    this.say(`${entry.run.id} -> ${id}: ${rejected == null ? 'done' : `refused: ${rejected.message}`}`)
    answered?.(rejected == null ? { ok: true, value: decode(completed) } : { ok: false, failure: rejected })
  }

  private close(id: string, end: End): void {
    const entry = this.entries.get(id)!
    this.say(`${id} ${end.how === 'failed' ? `fails: ${end.failure.message}` : `is ${end.how}`}`)
    this.leave(entry, { parentEnded: true })
    this.watcher.closed?.(entry.run, end)
    entry.ended(end)
  }

  /** The run is closed: what it had under way is nobody's. */
  private leave({ run, timers, activities, children, updates }: Entry, of: { parentEnded: boolean }): void {
    run.closed = true
    timers.forEach((timer) => this.agenda.drop(timer))
    activities.forEach((activity) => activity.abandon())
    children.forEach((child) => child.abandon(of))
    updates.forEach((answered) => answered({ ok: false, failure: null }))
    run.inbox.length = 0
  }
}

/** Run ids must differ among all that a sandbox holds, also those of several simulations. They are in no trace. */
let RUNS = 0

const NOT_FOUND: Failure = {
  message: 'the workflow was not found',
  applicationFailureInfo: { type: 'ExternalWorkflowNotFound', nonRetryable: true },
}
