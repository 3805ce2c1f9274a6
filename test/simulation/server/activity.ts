import { coresdk } from '@temporalio/proto'
import { randomFor } from '../random.js'
import type { Happening } from './agenda.js'
import {
  applicationFailure,
  cancelledFailure,
  decode,
  encode,
  inActivity,
  msOf,
  timeoutFailure,
  type Failure,
  type Job,
  type Timeout,
} from './payloads.js'
import type { Run } from './run.js'
import type { Server } from './server.js'

type Schedule = coresdk.workflow_commands.IScheduleActivity
const { ABANDON, WAIT_CANCELLATION_COMPLETED } = coresdk.workflow_commands.ActivityCancellationType

/** An error of an activity that says what it is; any other error of one is a bug of the simulation. */
export interface ActivityError {
  message: string
  type: string
  nonRetryable: boolean
  details?: unknown[]
}

/** What a simulated worker can do. An activity acts at one moment, at the end of the time that it takes. */
export interface Activities {
  readonly names: readonly string[]
  /** How long it will take, ms; `draw` is from 0 to 1. */
  duration(type: string, input: unknown, draw: number): number
  /** Throws what `explain` understands. */
  run(type: string, input: unknown, by: { workflowId: string; since: number }): unknown
  /** What a thrown error means; null: it is a bug of the simulation. */
  explain(error: unknown, attempt: { attempt: number; tookMs: number; hostTimeoutMs?: number }): ActivityError | null
  /** On what it acts, in a word: so that the fate of an attempt depends on nothing else. */
  target(type: string, input: unknown): string
}

/** How an attempt goes. */
type Fate = 'done' | (typeof FATES)[number]
const FATES = ['fails', 'failsAfterwards', 'failsForGood', 'answerLost', 'hangs'] as const

/** One activity from its schedule command to its result: attempts, pauses between them, time limits, cancellation. */
export class Activity {
  private attempt = 0
  private closed = false
  private cancelRequested = false
  private abandoned = false
  /** An attempt met with a fault, or with a world that refused it. */
  private wentWrong = false
  /** The attempt that runs, or waits to be begun. */
  private current: Happening | null = null
  private isRunning = false
  private beganAt = 0
  private readonly limits: Happening[] = []
  private readonly scheduledAt: number
  private readonly input: unknown
  private readonly type: string
  private readonly target: string

  constructor(
    private readonly server: Server,
    private readonly run: Run,
    private readonly schedule: Schedule,
  ) {
    this.type = schedule.activityType!
    this.input = decode(schedule.arguments?.[0])
    this.target = server.activities.target(this.type, this.input)
    this.scheduledAt = server.now
    this.limit(schedule.scheduleToCloseTimeout, 'SCHEDULE_TO_CLOSE')
    this.limit(schedule.scheduleToStartTimeout, 'SCHEDULE_TO_START')
    this.enqueue(server.now)
  }

  /**
   * The workflow wants it cancelled. Returns the job that the workflow is told at once, where it does not wait for the end;
   * `unsent`: the schedule command is of the same task, so that no server ever heard of it.
   */
  cancel({ unsent }: { unsent: boolean }): Job | null {
    if (this.closed) return null
    const { cancellationType } = this.schedule
    if (unsent || (cancellationType !== WAIT_CANCELLATION_COMPLETED && cancellationType !== ABANDON)) {
      const leftBehind = this.isRunning ? this.current : null
      this.close()
      if (!unsent) this.leaveBehind(leftBehind)
      return this.resolution({ cancelled: { failure: this.wrapped(cancelledFailure()) } })
    }
    if (cancellationType === ABANDON) {
      if (this.abandoned) return null
      // It goes on as if nothing had been said; nobody is told of its end.
      this.abandoned = true
      return this.resolution({ cancelled: { failure: this.wrapped(cancelledFailure()) } })
    }
    this.requestCancel()
    return null
  }

  /** Its workflow is closed: a running attempt may still do its work before it notices. */
  abandon(): void {
    if (this.closed || this.abandoned) return
    const leftBehind = this.isRunning ? this.current : null
    this.close()
    this.leaveBehind(leftBehind)
  }

  /** What it waits for comes sooner than it looked. */
  hurry(type: string, due: number): void {
    if (type !== this.type || !this.isRunning || this.current === null || this.current.due <= due) return
    const { label, act, byWorker } = this.current
    this.server.agenda.drop(this.current)
    this.current = this.server.agenda.add(due, label, act, { byWorker })
  }

  /** The worker died. What ran is lost, and noticed by the heartbeats that do not come. */
  loseWorker(): void {
    if (this.closed || !this.isRunning || this.current === null) return
    if (this.draw('lost').chance(0.5)) this.silently()
    this.miss()
  }

  private enqueue(due: number): void {
    this.isRunning = false
    this.current = this.server.agenda.add(due, '', () => this.begin(), { byWorker: true })
  }

  private begin(): void {
    this.attempt += 1
    this.isRunning = true
    this.beganAt = this.server.now
    this.dropLimit('SCHEDULE_TO_START')
    const fate = this.fate()
    const ms = Math.round(this.server.activities.duration(this.type, this.input, this.draw('duration').next()))
    const startToClose = msOf(this.schedule.startToCloseTimeout) || Infinity
    if (fate === 'hangs' || ms > startToClose) {
      if (this.draw('hangs').chance(0.5)) this.silently()
      // A deadline of the operation may be over before its own.
      this.server.disturb(this.run.id, `${this.type} ${this.target}: hangs`)
      const due = this.server.now + Math.min(startToClose, this.left())
      this.current = this.server.agenda.add(due, '', () => this.failed(timeoutFailure('START_TO_CLOSE')))
      return
    }
    this.current = this.server.agenda.add(this.server.now + ms, '', () => this.end(fate), { byWorker: true })
  }

  private end(fate: Fate): void {
    if (fate === 'fails') return this.failed(applicationFailure({ message: 'the host broke it', type: 'INCUS' }))
    if (fate === 'failsForGood')
      return this.failed(applicationFailure({ message: 'the host has no space', type: 'NO_SPACE', nonRetryable: true }))
    if (fate === 'answerLost') {
      this.silently()
      return this.miss()
    }
    let value: unknown
    try {
      value = this.server.activities.run(this.type, this.input, { workflowId: this.run.id, since: this.beganAt })
    } catch (error) {
      const { hostTimeoutMs } = (this.input ?? {}) as { hostTimeoutMs?: number }
      const known = this.server.activities.explain(error, { attempt: this.attempt, tookMs: 0, hostTimeoutMs })
      if (known === null) throw error
      this.wentWrong = true
      return this.failed(applicationFailure(known))
    }
    if (fate === 'failsAfterwards')
      return this.failed(applicationFailure({ message: 'the host broke it afterwards', type: 'INCUS' }))
    this.say('done')
    this.resolve({ completed: { result: encode(value) } })
  }

  /** It does its work, and nobody hears of it. */
  private silently(): void {
    try {
      this.server.activities.run(this.type, this.input, { workflowId: this.run.id, since: this.beganAt })
      this.say('is done, but the answer is lost')
    } catch (error) {
      if (this.server.activities.explain(error, { attempt: this.attempt, tookMs: 0 }) === null) throw error
    }
  }

  private miss(): void {
    this.server.agenda.drop(this.current)
    const heartbeat = msOf(this.schedule.heartbeatTimeout)
    const ms = heartbeat > 0 ? heartbeat : msOf(this.schedule.startToCloseTimeout)
    const failure = timeoutFailure(heartbeat > 0 ? 'HEARTBEAT' : 'START_TO_CLOSE')
    this.isRunning = false
    this.current = this.server.agenda.add(this.server.now + ms, '', () => this.failed(failure))
  }

  private failed(cause: Failure): void {
    const { type, nonRetryable } = cause.applicationFailureInfo ?? {}
    const { maximumAttempts, nonRetryableErrorTypes, initialInterval, backoffCoefficient, maximumInterval } =
      this.schedule.retryPolicy ?? {}
    this.say(`fails: ${cause.message}`)
    // These cost an operation so much time that it may give up with good reason.
    if (type === 'UNREACHABLE' || (this.wentWrong && cause.timeoutFailureInfo != null))
      this.disturb(cause.message ?? '')
    const first = msOf(initialInterval) || 1_000
    const most = msOf(maximumInterval) || 100 * first
    const pause = Math.min(most, first * (backoffCoefficient || 2) ** (this.attempt - 1))
    const isLast =
      // Who was told to stop and fails meanwhile is not tried again.
      this.cancelRequested ||
      nonRetryable === true ||
      (type != null && (nonRetryableErrorTypes ?? []).includes(type)) ||
      (maximumAttempts != null && maximumAttempts > 0 && this.attempt >= maximumAttempts) ||
      pause >= this.left()
    if (!isLast) return this.enqueue(this.server.now + pause)
    this.disturb(cause.message ?? '')
    this.resolve({ failed: { failure: this.wrapped(cause) } })
  }

  private requestCancel(): void {
    if (this.cancelRequested) return
    this.cancelRequested = true
    const random = this.draw('cancel')
    const inTime = { cancelled: { failure: this.wrapped(cancelledFailure()) } }
    if (!this.isRunning) {
      // Nobody works on it: the server itself ends it.
      this.server.agenda.drop(this.current)
      this.current = this.server.agenda.add(this.server.now, '', () => this.resolve(inTime))
      return
    }
    // Too late: it comes to its end as if nothing had been asked.
    if (random.chance(0.4)) return
    const did = random.chance(0.4)
    this.server.agenda.drop(this.current)
    this.current = this.server.agenda.add(
      this.server.now + random.int(0, 1_500),
      '',
      () => {
        if (did) this.silently()
        this.say('is cancelled')
        this.resolve(inTime)
      },
      { byWorker: true },
    )
  }

  /** Nobody waits for it any more, but it may have its effect before it notices. */
  private leaveBehind(attempt: Happening | null): void {
    if (attempt === null || !this.draw('behind').chance(0.5)) return
    const due = Math.min(attempt.due, this.server.now + 1_500)
    const act = (): void => {
      this.server.unheard(this.run.id, `${this.type} ${this.target}`)
      this.silently()
    }
    this.server.agenda.add(due, '', act, { byWorker: true })
  }

  private fate(): Fate {
    const number = this.server.occasion(`${this.type} ${this.target}`)
    const random = randomFor(this.server.seed, 'fate', this.type, this.target, number)
    let at = random.next()
    for (const fault of FATES) {
      at -= this.server.faults[fault] ?? 0
      if (at >= 0) continue
      this.wentWrong = true
      return fault
    }
    return 'done'
  }

  // That no worker was there is no fault of the world: an operation has to wait for one.
  private disturb(what: string): void {
    if (this.wentWrong) this.server.disturb(this.run.id, `${this.type} ${this.target}: ${what}`)
  }

  private draw(what: string) {
    const number = this.server.occasion(`${what} ${this.type} ${this.target}`)
    return randomFor(this.server.seed, what, this.type, this.target, number)
  }

  private limit(duration: Schedule['scheduleToCloseTimeout'], timeout: Timeout): void {
    const ms = msOf(duration)
    if (!(ms > 0)) return
    const act = (): void => {
      this.say(`fails: ${timeout}`)
      this.disturb(timeout)
      const leftBehind = this.isRunning ? this.current : null
      this.resolve({ failed: { failure: this.wrapped(timeoutFailure(timeout)) } })
      this.leaveBehind(leftBehind)
    }
    this.limits.push(Object.assign(this.server.agenda.add(this.server.now + ms, '', act), { timeout }))
  }

  private dropLimit(timeout: Timeout): void {
    for (const limit of this.limits as (Happening & { timeout: Timeout })[])
      if (limit.timeout === timeout) this.server.agenda.drop(limit)
  }

  /** Time until nothing is tried any more, ms. */
  private left(): number {
    const whole = msOf(this.schedule.scheduleToCloseTimeout)
    return whole > 0 ? this.scheduledAt + whole - this.server.now : Infinity
  }

  private close(): void {
    this.closed = true
    this.server.agenda.drop(this.current)
    this.limits.forEach((limit) => this.server.agenda.drop(limit))
    this.current = null
  }

  private resolve(result: coresdk.activity_result.IActivityResolution): void {
    if (this.closed) return
    this.close()
    if (!this.run.closed && !this.abandoned) this.run.inbox.push(this.resolution(result))
  }

  private resolution(result: coresdk.activity_result.IActivityResolution): Job {
    return { resolveActivity: { seq: this.schedule.seq, result } }
  }

  private wrapped(cause: Failure): Failure {
    return inActivity(this.type, this.schedule.activityId ?? String(this.schedule.seq), cause)
  }

  private say(what: string): void {
    const attempt = this.attempt > 1 ? ` (attempt ${this.attempt})` : ''
    this.server.say(`${this.run.id}: ${this.type} ${this.target}${attempt} ${what}`)
  }
}
