import {
  CancellationScope,
  log,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow'
import { whenSettled } from '../concurrency.js'
import { reportOf } from '../engine/failure.js'
import { finish } from '../watch/finish.js'

/** One of a ledger's watches. */
interface Watching {
  workflowType: string
  workflowId: (topology: string) => string
  summary: (topology: string) => string
  /** For the log: `the watch`. */
  what: string
}

/**
 * A watch of a topology, as its ledger sees it: a child that ends when it has something to tell. It ends with the ledger; there is never a
 * second one.
 */
export class Watcher<Input extends { topology: string }, Seen> {
  private scope: CancellationScope | null = null
  /** Once it has begun. */
  private child: ChildWorkflowHandle<Workflow> | null = null
  private isToFinish = false
  private failures = 0
  /** What was seen last, until it is taken. */
  private seen: Seen | null = null
  /** ms since the epoch. */
  private notBeforeMs = 0

  constructor(private readonly watching: Watching) {}

  /** It runs, or has not ended yet. */
  get isRunning(): boolean {
    return this.scope !== null
  }

  /** It was told to end. */
  get isEnding(): boolean {
    return this.scope?.consideredCancelled === true
  }

  /** It was asked to end as soon as nothing is under way. */
  get isFinishing(): boolean {
    return this.isRunning && this.isToFinish
  }

  get hasSeen(): boolean {
    return this.seen !== null
  }

  /** What it has told and nobody has taken. */
  get latest(): Seen | null {
    return this.seen
  }

  /** When a new one may begin, ms since the epoch: one that fails is not begun again at once. */
  get mayBeginAt(): number {
    return this.notBeforeMs
  }

  take(): Seen | null {
    const { seen } = this
    this.seen = null
    return seen
  }

  begin(input: Input): void {
    const { workflowType, workflowId, summary, what } = this.watching
    const scope = new CancellationScope({ cancellable: true })
    this.scope = scope
    this.isToFinish = false
    whenSettled(
      scope.run(async () => {
        const child = await startChild<(input: Input) => Promise<Seen>>(workflowType, {
          workflowId: workflowId(input.topology),
          args: [input],
          parentClosePolicy: ParentClosePolicy.TERMINATE,
          staticSummary: summary(input.topology),
        })
        this.child = child
        if (this.isToFinish) this.tellToFinish()
        return child.result()
      }),
      (how) => {
        const isCancelled = scope.consideredCancelled
        this.scope = null
        this.child = null
        if (isCancelled) return
        if (how.status === 'fulfilled') {
          this.failures = 0
          this.seen = how.value
          return
        }
        // One that a former ledger began may take a moment to end.
        this.failures += 1
        this.notBeforeMs = Date.now() + retryMs(this.failures)
        log.warn(`${what} ended`, { error: reportOf(how.reason).message, failures: this.failures })
      },
    )
  }

  /** It ends once nothing is under way, and tells what it knows: nothing is lost of what it was about. */
  finish(): void {
    this.isToFinish = true
    this.tellToFinish()
  }

  private tellToFinish(): void {
    // One that has ended meanwhile needs not be told.
    this.child?.signal(finish).catch(() => undefined)
  }

  /** Also of what it has told and nobody has taken. */
  end(): void {
    this.seen = null
    this.scope?.cancel()
  }
}

/** From 5 s, doubling to an hour. */
const retryMs = (failures: number): number => Math.min(5_000 * 2 ** (failures - 1), 3_600_000)
