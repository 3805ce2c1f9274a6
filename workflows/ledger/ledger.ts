import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import { messageOf, type ErrorReport } from '../../src/errors.js'
import {
  expire,
  importState,
  ledgerSays,
  ledgerState,
  renewLedger,
  setTtl,
  startOperation,
  type Answer,
  driftWatchWorkflowId,
  expired,
  hostWatchWorkflowId,
  loadWatchWorkflowId,
  isExpired,
  backupsWorkflowId,
  replicationWorkflowId,
  watchWorkflowId,
  WorkflowType,
  type Answered,
  type BackupInput,
  type BackupRound,
  type AwaitedEnd,
  type Imported,
  type DriftSeen,
  type DriftWatchInput,
  type ExpireRequest,
  type ExpiryAnswer,
  type ExpiryWritten,
  type HostsSeen,
  type HostWatchInput,
  type ImportRequest,
  type LedgerInput,
  type LedgerState,
  type LoadSeen,
  type LoadWatchInput,
  type NumbersInUse,
  type NoticeEvent,
  type OperationRequest,
  type OperationStarted,
  type OperationSummary,
  type ReplicationInput,
  type ReplicationRound,
  type Seen,
  type TtlRequest,
  type WatchInput,
} from '../../src/contracts/index.js'
import { nothingThere } from '../../src/plan/no-way-back.js'
import { newest } from '../../src/plan/declaring.js'
import type { Revision } from '../../src/plan/model.js'
import { whenSettled } from '../concurrency.js'
import { failureOf, reportOf } from '../engine/failure.js'
import { keep, read } from './activities.js'
import { answerTo, remember } from './answers.js'
import { backupEvents, backupsOf } from './backups.js'
import { begin, operationOf } from './begin.js'
import { adopted, followAdopted, notStarted, startOperationWorkflow } from './child.js'
import { detailsOf } from './details.js'
import { driftEvent, driftWatchOf, withDrift, type Repair } from './drift.js'
import { postponed, retryMs, type Due } from './due.js'
import { end } from './end.js'
import {
  failoverAfter,
  hostEvents,
  hostWatchOf,
  lookedAway,
  outOfReach,
  withHosts,
  type Failover,
} from './host-failure.js'
import { imported, importRefusal, withoutPastTimes } from './import.js'
import { inUse } from './in-use.js'
import { Inbox } from './inbox.js'
import { Keeper } from './keeper.js'
import { lostEnd } from './lost.js'
import { malformedExpire, malformedImport, malformedStart, malformedTtl } from './malformed.js'
import { announce } from '../notify/announce.js'
import { nextOf, wakeAt, type Item, type Next, type Question, type WatchState } from './next.js'
import { announcing, endedOperation } from './notice.js'
import { above, stateLost } from './numbers.js'
import { replicaEvents, replicationOf, withReplicas } from './replication.js'
import { asksForMore, loadWatchOf, scaleNow, scalingBegun, scalingFailed, staleAt } from './scaling.js'
import { inProgress, isBusy, isUnconditional, refusal } from './refusals.js'
import { after, emptyLedger, leadsToRevision } from './state.js'
import {
  expiring,
  firstExpiry,
  isMoved,
  labelsWanted,
  reached,
  scheduleWanted,
  setByHand,
  ttlRefusal,
  ttlWarning,
  warned,
  withWarning,
  type Wanted,
} from './ttl.js'
import { judge, newlyTold, notBegun } from './unhealthy.js'
import { watchOf } from './watched.js'
import { Watcher } from './watcher.js'

/**
 * The only writer of a topology's state, and its lock. It lives for as long as anything of the topology exists: a cancel of its
 * workflow stops neither the wait for a ttl nor an operation.
 */
export async function ledger(input: LedgerInput): Promise<void> {
  const { notAfter } = input
  if (notAfter !== undefined && workflowInfo().startTime.getTime() > Date.parse(notAfter)) {
    throw failureOf({ code: 'EXPIRED', message: 'the request to start the ledger has expired' })
  }
  await new Ledger(input).run()
}

/**
 * One loop over one queue. Handlers put questions into the queue and wait for the answer; ends of operations go there too. The
 * loop takes one thing at a time, and nothing else changes the state.
 */
class Ledger {
  private state: LedgerState
  private answered: readonly Answered[]
  /** The numbers on the hosts are no higher than the ledger's. */
  private checked: boolean
  private readonly inbox = new Inbox()
  private readonly watcher = new Watcher<WatchInput, Seen>({
    workflowType: WorkflowType.watch,
    workflowId: watchWorkflowId,
    summary: (topology) => `health of ${topology} between operations`,
    what: 'the watch',
  })
  private readonly hostWatcher = new Watcher<HostWatchInput, HostsSeen>({
    workflowType: WorkflowType.hostWatch,
    workflowId: hostWatchWorkflowId,
    summary: (topology) => `hosts of ${topology}`,
    what: 'the watch of the hosts',
  })
  private readonly driftWatcher = new Watcher<DriftWatchInput, DriftSeen>({
    workflowType: WorkflowType.driftWatch,
    workflowId: driftWatchWorkflowId,
    summary: (topology) => `drift of ${topology} between operations`,
    what: 'the watch for drift',
  })
  private readonly loadWatcher = new Watcher<LoadWatchInput, LoadSeen>({
    workflowType: WorkflowType.loadWatch,
    workflowId: loadWatchWorkflowId,
    summary: (topology) => `load of ${topology} between operations`,
    what: 'the watch of the load',
  })
  private readonly copier = new Watcher<ReplicationInput, ReplicationRound>({
    workflowType: WorkflowType.replication,
    workflowId: replicationWorkflowId,
    summary: (topology) => `copies of ${topology} on other hosts`,
    what: 'the replication',
  })
  private readonly backer = new Watcher<BackupInput, BackupRound>({
    workflowType: WorkflowType.backups,
    workflowId: backupsWorkflowId,
    summary: (topology) => `backups of ${topology}`,
    what: 'the making of backups',
  })
  private readonly schedule = new Keeper('the Schedule of the ttl', (expiry) =>
    keep('the Schedule of the ttl', SCHEDULE_MS).keepTtlSchedule(expiry),
  )
  private readonly labels = new Keeper('the ttl on the instances', (expiry) =>
    keep('the ttl on the instances', LABELS_MS).labelExpiry(expiry),
  )
  /** The expiry of a ledger that was terminated, which had passed when this one took over. */
  private lapsed: string | null
  /** The state is of a ledger that was terminated, and it is not known yet whether its operation runs still. */
  private unsure: boolean
  /** For people, in the details. */
  private note: string | null = null
  private over = false
  /** The history holds what was signed with a former key. */
  private renewalAsked = false

  constructor({ topology, state, answered = [], checked = false, notAfter }: LedgerInput) {
    const known = { ...emptyLedger(topology), ...state }
    // Of a ledger that was terminated, it may be of long ago.
    this.state = notAfter === undefined ? known : lookedAway({ ...known, ...withoutPastTimes(known, Date.now()) })
    this.lapsed = known.expiresAt !== null && this.state.expiresAt === null ? known.expiresAt : null
    this.answered = answered
    this.checked = checked
    this.unsure = this.state.current !== null
  }

  async run(): Promise<void> {
    this.listen()
    await CancellationScope.nonCancellable(async () => {
      if (this.state.current !== null) await this.adopt(this.state.current)
      while (!this.over) {
        setCurrentDetails(detailsOf(this.state, this.note))
        this.followExpiry()
        const next = this.next()
        if (next === null) await this.wait()
        else await this.take(next)
      }
      await this.schedule.settled()
      await this.labels.settled()
    })
  }

  private listen(): void {
    const { inbox } = this
    setHandler(ledgerState, () => this.state)
    setHandler(ledgerSays, (nonce) => ({ nonce, state: this.state }))
    setHandler(startOperation, (input) => inbox.ask({ kind: 'start', question: { input, answer: null } }), {
      validator: (request: OperationRequest) => refuse(malformedStart(request) ?? this.busyFor(request)),
    })
    setHandler(setTtl, (input) => inbox.ask({ kind: 'ttl', question: { input, answer: null } }), {
      validator: (request: TtlRequest) => refuse(malformedTtl(request)),
    })
    setHandler(importState, (input) => inbox.ask({ kind: 'import', question: { input, answer: null } }), {
      validator: (request: ImportRequest) => refuse(malformedImport(request)),
    })
    setHandler(expire, (input) => inbox.ask({ kind: 'expire', question: { input, answer: null } }), {
      validator: (request: ExpireRequest) => refuse(malformedExpire(request)),
    })
    setHandler(renewLedger, () => {
      this.renewalAsked = true
    })
    whenSettled(CancellationScope.current().cancelRequested, () => inbox.push({ kind: 'cancel' }))
  }

  /** What is certain by now and leaves no trace in the history; the loop looks again at what it takes. */
  private busyFor(request: OperationRequest): ErrorReport | null {
    const { current, topology } = this.state
    if (this.unsure || current === null || !isBusy(this.state)) return null
    return answerTo(this.answered, request.requestId) === null ? inProgress(topology, current, Date.now()) : null
  }

  private next(): Next | null {
    return nextOf(this.state, this.inbox.items, {
      nowMs: Date.now(),
      asked: !allHandlersFinished(),
      renewal:
        (this.renewalAsked || workflowInfo().continueAsNewSuggested) &&
        !this.schedule.isRunning &&
        !this.labels.isRunning,
      watch: stateOf(this.watcher, watchOf(this.state)),
      begins: this.begins(),
      hosts: stateOf(this.hostWatcher, hostWatchOf(this.state)),
      drift: stateOf(this.driftWatcher, driftWatchOf(this.state)),
      load: stateOf(this.loadWatcher, loadWatchOf(this.state)),
      adds: asksForMore(this.loadWatcher.latest),
      stale: staleAt(this.loadWatcher.latest) <= Date.now(),
      copies: stateOf(this.copier, replicationOf(this.state)),
      backups: stateOf(this.backer, backupsOf(this.state)),
    })
  }

  /** What the watch has seen begins an operation. */
  private begins(): boolean {
    const { latest } = this.watcher
    return latest !== null && watchOf(this.state) !== null && judge(this.state, latest, now()).begin !== null
  }

  private async wait(): Promise<void> {
    const { at, why } = this.wakeAt()
    const something = (): boolean => this.next() !== null || this.wakeAt().at !== at || this.followsAt() <= Date.now()
    if (at === Infinity) await condition(something)
    else await condition(something, Math.max(1, at - Date.now()), { summary: why })
  }

  private wakeAt(): ReturnType<typeof wakeAt> {
    const { state } = this
    const wake = wakeAt(state, this.inbox.items, Date.now())
    const at = Math.min(
      beginsAgainAt(this.watcher, watchOf(state)),
      beginsAgainAt(this.hostWatcher, hostWatchOf(state)),
      beginsAgainAt(this.driftWatcher, driftWatchOf(state)),
      beginsAgainAt(this.loadWatcher, loadWatchOf(state)),
      beginsAgainAt(this.copier, replicationOf(state)),
      beginsAgainAt(this.backer, backupsOf(state)),
      // It waits for what is copied, and not for ever.
      comes(staleAt(this.loadWatcher.latest)),
    )
    const soonest = at >= wake.at ? wake : { at, why: 'until the watch is begun again' }
    const follows = this.followsAt()
    return follows >= soonest.at ? soonest : { at: follows, why: 'until the ttl is written down again' }
  }

  /** The Schedule and the labels say what the state says; the ledger waits for neither. */
  private followExpiry(): void {
    for (const { keeper, wanted } of this.followers()) {
      if (wanted === null || keeper.dueAt(wanted) > Date.now()) continue
      if (patched(TTL_SCHEDULE)) keeper.begin(wanted)
      else keeper.skip(wanted)
    }
  }

  private followers(): { keeper: Keeper; wanted: Wanted | null }[] {
    return [
      { keeper: this.schedule, wanted: scheduleWanted(this.state) },
      { keeper: this.labels, wanted: labelsWanted(this.state) },
    ]
  }

  /** ms since the epoch; Infinity: there is nothing to write down. */
  private followsAt(): number {
    return Math.min(...this.followers().map(({ keeper, wanted }) => keeper.dueAt(wanted)))
  }

  /**
   * The Schedule is there before an operation makes the first instance, and before the ledger says that one is in progress: nobody could
   * find it yet. One that cannot be made leaves the ledger's own timer.
   */
  private async scheduleFirst(begun: LedgerState): Promise<void> {
    await this.schedule.settled()
    const wanted = scheduleWanted(begun)
    if (this.schedule.dueAt(wanted) > Date.now() || !patched(TTL_SCHEDULE)) return
    this.schedule.begin(wanted)
    await this.schedule.settled()
  }

  /**
   * Whether the topology is to be destroyed, its time having come. A state that was restored from a backup may be of before a person moved or
   * took away the ttl, which no number on a host shows: what was written down last beside the artifacts counts, once the ledger has done that
   * itself.
   */
  private async isOver(): Promise<boolean> {
    await this.schedule.settled()
    const wanted = scheduleWanted(this.state)
    if (!this.schedule.says(wanted)) {
      this.schedule.begin(wanted)
      await this.schedule.settled()
    }
    const written = await this.expiryWritten()
    // What a person asked for meanwhile goes first.
    if (this.inbox.items.length > 0 || !allHandlersFinished()) return false
    if (!isMoved(this.state, written)) return true
    this.note = `the ttl was changed since this state was saved: it ended at ${this.state.expiresAt}, and nothing was destroyed`
    log.warn(this.note, { expiresAt: this.state.expiresAt, written: written.expiresAt })
    this.state = expiring(this.state, written.expiresAt, now())
    return false
  }

  private async expiryWritten(): Promise<ExpiryWritten> {
    try {
      return await keep('the ttl that was written down', SCHEDULE_MS).expiryWritten({ topology: this.state.topology })
    } catch (error) {
      log.warn('the ttl that was written down is not known', { error: reportOf(error).message })
      return { known: false }
    }
  }

  private async take(next: Next): Promise<void> {
    switch (next.do) {
      case 'judge':
        return this.judgeSeen()
      case 'watch':
        return this.beginWatch()
      case 'unwatch':
        this.hostWatcher.end()
        this.driftWatcher.end()
        this.loadWatcher.end()
        this.copier.end()
        this.backer.end()
        return this.watcher.end()
      case 'replicate':
        return this.beginCopying()
      case 'noteReplicas':
        return this.noteReplicas()
      case 'stopCopying':
        return this.copier.end()
      case 'finishCopying':
        return this.copier.finish()
      case 'finishBackingUp':
        return this.backer.finish()
      case 'backUp':
        return this.beginBackups()
      case 'noteBackups':
        return this.noteBackups()
      case 'stopBackingUp':
        return this.backer.end()
      case 'noteHosts':
        return this.noteHosts()
      case 'watchHosts':
        return this.beginHostWatch()
      case 'warn':
        return this.warnOfExpiry()
      case 'noteDrift':
        return this.noteDrift()
      case 'watchDrift':
        return this.beginDriftWatch()
      case 'repair':
        return this.beginRepair(next.repair)
      case 'scale':
        return this.beginScaling()
      case 'watchLoad':
        return this.beginLoadWatch()
      case 'failover':
        return this.beginFailover(next.failover)
      case 'due':
        return this.beginDue(next.due)
      case 'renew':
        return this.renew()
      case 'take':
        this.inbox.remove(next.item)
        return this.deal(next.item)
    }
  }

  private async deal(item: Item): Promise<void> {
    switch (item.kind) {
      case 'start':
        return this.answer(item.question, (request) => this.answerStart(request))
      case 'ttl':
        return this.answer(item.question, (request) => this.changeTtl(request))
      case 'expire':
        return this.answer(item.question, (request) => this.expiryReached(request))
      case 'import':
        return this.answer(item.question, (request) => this.load(request))
      case 'ended':
        return this.writeDown(item.how)
      case 'cancel':
        return this.cancelled()
    }
  }

  /** A request that makes no sense is refused and changes nothing, rather than stop the ledger for good. */
  private async answer<Input, Output>(
    question: Question<Input, Output>,
    give: (input: Input) => Answer<Output> | Promise<Answer<Output>>,
  ): Promise<void> {
    const { state } = this
    try {
      question.answer = await give(question.input)
    } catch (error) {
      this.state = state
      question.answer = { refused: reportOf(error) }
    }
  }

  private async answerStart(request: OperationRequest): Promise<Answer<OperationStarted>> {
    const before = answerTo(this.answered, request.requestId)
    if (before !== null) return before
    const report = this.refusalNow(request) ?? (await this.check(request)) ?? this.refusalNow(request)
    if (report !== null) return { refused: report }
    const answer = await this.start(request)
    this.answered = remember(this.answered, { requestId: request.requestId, at: now(), answer })
    return answer
  }

  private refusalNow(request: OperationRequest): ErrorReport | null {
    return tooLate(request) ?? refusal(this.state, request, Date.now())
  }

  /** Before the first operation of a ledger that may know less than there is: it counts on above what the hosts show. */
  private async check(request: OperationRequest): Promise<ErrorReport | null> {
    if (this.checked && this.state.stable !== null && !this.mayBeBehind(request)) return null
    const found = await inUse(this.state, request)
    if (found === null) return null
    const lost = request.force === true ? null : stateLost(this.state, found)
    if (lost !== null) return lost
    this.countAbove(found)
    return null
  }

  /** What goes on where the hosts know more goes on above what they show: an operation would only find it out. */
  private mayBeBehind(request: OperationRequest): boolean {
    if (!isUnconditional(request)) return false
    if (request.force === true) return this.state.behind !== undefined || patched('numbers-when-forced')
    return patched('numbers-when-destroyed')
  }

  /** After an import the ledger counts on above what the hosts show, whoever begins the next operation. */
  private async count(request: OperationRequest): Promise<void> {
    const found = await inUse(this.state, request)
    if (found !== null) this.countAbove(found)
  }

  private countAbove(found: NumbersInUse): void {
    this.state = above(this.state, found)
    this.checked = true
  }

  private async start(
    request: OperationRequest,
    more: { automatic?: true; reason?: string } = {},
  ): Promise<Answer<OperationStarted>> {
    if (more.automatic === true && !this.checked && patched('numbers-when-automatic')) await this.count(request)
    const before = this.state
    const current = { ...operationOf(before, request, now()), ...more }
    let begun = begin(before, request, current)
    const first = firstExpiry(begun, current, current.startedAt)
    if (first !== null && patched(TTL_SCHEDULE)) begun = expiring(begun, first, current.startedAt)
    if (leadsToRevision(current.kind)) await this.scheduleFirst(begun)
    const late = tooLate(request)
    if (late !== null) return { refused: late }
    this.watcher.end()
    this.driftWatcher.end()
    this.loadWatcher.end()
    this.state = begun
    this.lapsed = null
    setCurrentDetails(detailsOf(this.state, this.note))
    try {
      await startOperationWorkflow(this.state, request, current, (how) => this.inbox.push({ kind: 'ended', how }))
    } catch (error) {
      this.state = before
      return { refused: notStarted(error, current) }
    }
    const { id: operation, workflowId, revision } = current
    return { given: { operation, workflowId, revision } }
  }

  private async beginDue(due: Due): Promise<void> {
    if (due === 'destroy' && patched('ttl-written-down') && !(await this.isOver())) return
    const number = this.state.lastOperation + 1
    const without = outOfReach(this.state)
    const request = {
      ...{ kind: due, requestId: `${due}-${number}`, notAfter: after(now(), 60_000) },
      ...(without.length === 0 ? {} : { without }),
    }
    const answer = await this.start(request, { automatic: true })
    if ('given' in answer) return
    log.warn('what was due could not be started', { due, error: answer.refused.message })
    this.state = postponed(this.state, due, 1, now())
  }

  private beginWatch(): void {
    const input = watchOf(this.state)
    if (input !== null) this.watcher.begin(input)
  }

  private beginHostWatch(): void {
    const input = hostWatchOf(this.state)
    if (input !== null) this.hostWatcher.begin(input)
  }

  private beginCopying(): void {
    const input = replicationOf(this.state)
    if (input !== null) this.copier.begin(input)
  }

  private async noteReplicas(): Promise<void> {
    const seen = this.copier.take()
    if (seen === null || replicationOf(this.state) === null) return
    this.state = withReplicas(this.state, seen)
    for (const { replica, to } of seen.changes) log.warn(`copy ${replica}: ${to}`, { ...seen.replicas[replica] })
    const events = replicaEvents(this.state.topology, seen, now())
    for (const event of events) await this.announce(event, newest(this.state))
  }

  private beginBackups(): void {
    const input = backupsOf(this.state)
    if (input !== null) this.backer.begin(input)
  }

  private async noteBackups(): Promise<void> {
    const seen = this.backer.take()
    if (seen === null || backupsOf(this.state) === null) return
    this.state = { ...this.state, backups: seen.backups }
    for (const { replica, to } of seen.changes) log.warn(`backup of ${replica}: ${to}`, { ...seen.backups[replica] })
    const events = backupEvents(this.state.topology, seen, now())
    for (const event of events) await this.announce(event, newest(this.state))
  }

  private async noteHosts(): Promise<void> {
    const seen = this.hostWatcher.take()
    if (seen === null || hostWatchOf(this.state) === null) return
    this.state = withHosts(this.state, seen)
    for (const change of seen.changes) log.warn(`host ${change.host}: ${change.to}`, { ...change })
    for (const event of hostEvents(this.state.topology, seen)) await this.announce(event, newest(this.state))
  }

  private async beginFailover({ without, reason }: Failover): Promise<void> {
    const requestId = `failover-${this.state.lastOperation + 1}`
    const request = { kind: 'failover' as const, without, requestId, notAfter: after(now(), 60_000) }
    const answer = await this.start(request, { automatic: true, reason })
    if ('given' in answer) return
    log.warn('the failover could not be started', { without, error: answer.refused.message })
    this.state = { ...this.state, failover: failoverAfter(this.state, { succeeded: false }, now()) }
  }

  private beginDriftWatch(): void {
    const input = driftWatchOf(this.state)
    if (input !== null) this.driftWatcher.begin(input)
  }

  private async noteDrift(): Promise<void> {
    const seen = this.driftWatcher.take()
    if (seen === null || driftWatchOf(this.state) === null) return
    this.state = withDrift(this.state, seen)
    const event = driftEvent(this.state.topology, seen)
    if (event !== null) await this.announce(event, newest(this.state))
  }

  private async beginRepair({ liveOnly, reason }: Repair): Promise<void> {
    const { drift } = this.state
    const without = outOfReach(this.state)
    const left = without.length === 0 ? {} : { without }
    const requestId = `repair-${this.state.lastOperation + 1}`
    const request = { kind: 'repair' as const, ...left, liveOnly, requestId, notAfter: after(now(), 60_000) }
    const answer = await this.start(request, { automatic: true, reason })
    if ('given' in answer) return
    log.warn('the repair could not be started', { error: answer.refused.message })
    if (drift !== undefined) this.state = { ...this.state, drift: { ...drift, notBefore: after(now(), retryMs(1)) } }
  }

  private beginLoadWatch(): void {
    const input = loadWatchOf(this.state)
    if (input !== null) this.loadWatcher.begin(input)
  }

  private async beginScaling(): Promise<void> {
    const seen = this.loadWatcher.take()
    const scaling = seen === null ? null : scaleNow(this.state, seen, Date.now())
    if (seen === null || scaling === null) return
    const { counts, reason } = scaling
    this.state = scalingBegun(this.state, seen.scaled, now())
    const without = outOfReach(this.state)
    const left = without.length === 0 ? {} : { without }
    const requestId = `scale-${this.state.lastOperation + 1}`
    const request = { kind: 'scale' as const, ...left, counts, requestId, notAfter: after(now(), 60_000) }
    const answer = await this.start(request, { automatic: true, reason })
    if ('given' in answer) return
    log.warn('the scaling could not be started', { error: answer.refused.message })
    this.state = scalingFailed(this.state, Object.keys(counts), now())
  }

  /** One instance at a time: the watch goes on afterwards, and tells of the next. */
  private async judgeSeen(): Promise<void> {
    const seen = this.watcher.take()
    if (seen === null || watchOf(this.state) === null) return
    const before = this.state
    const { state, begin: automatic } = judge(before, seen, now())
    this.state = state
    await this.announceUnhealthy(before)
    if (automatic === null) return
    const { kind, instance, reason, ...left } = automatic
    const requestId = `unhealthy-${state.lastOperation + 1}`
    const request = { kind, names: [instance], ...left, maxParallel: 1, requestId, notAfter: after(now(), 60_000) }
    const answer = await this.start(request, { automatic: true, reason })
    if ('given' in answer) return
    log.warn('what is unhealthy could not be restarted', { instance, error: answer.refused.message })
    this.state = notBegun(state, kind, after(now(), 60_000))
  }

  private async writeDown(how: AwaitedEnd): Promise<void> {
    const { state: before } = this
    const { current, topology } = before
    if (current === null) return
    if (!this.hostWatcher.isRunning && !this.hostWatcher.hasSeen) this.state = lookedAway(this.state)
    const at = now()
    const lost = (report: ErrorReport): LedgerState => end(this.state, lostEnd(topology, current, report), at)
    try {
      this.state = 'end' in how ? end(this.state, how.end, at) : lost(how.lost)
    } catch (error) {
      // An end that cannot be written down would come again with every task, and nothing else would any more.
      this.state = lost(reportOf(error))
    }
    if (before.expiresAt !== this.state.expiresAt && patched(TTL_SCHEDULE))
      this.state = withWarning(before, this.state, at)
    // What it watches was of the revision before.
    if (before.stable !== this.state.stable) this.hostWatcher.end()
    await this.announceEnd(before)
    await this.announceUnhealthy(before)
  }

  private async announceEnd(before: LedgerState): Promise<void> {
    const event = endedOperation(before, this.state)
    if (event !== null) await this.announce(event, announcing(before))
  }

  /** What the policy has given up. */
  private async announceUnhealthy(before: LedgerState): Promise<void> {
    for (const event of newlyTold(before, this.state)) {
      log.warn(`${event.instance} stays unhealthy`, { ...event })
      await this.announce(event, newest(this.state))
    }
  }

  /**
   * Who is to hear of it is told by a workflow of its own, and the ledger goes on as soon as that has begun. Nothing about it may keep the
   * ledger from its work.
   */
  private async announce(event: NoticeEvent, revision: Revision | null): Promise<void> {
    try {
      await announce(event, revision)
    } catch (error) {
      log.warn('a notification could not be started', { event: event.event, error: messageOf(error) })
    }
  }

  private changeTtl(request: TtlRequest): Answer<{ expiresAt: string | null }> {
    const late = tooLate(request)
    if (late !== null) return { refused: late }
    if (this.state.desired === null) return { refused: nothingThere(this.state) }
    const expiresAt = request.ttlMs === null ? null : after(now(), request.ttlMs)
    if (this.state.current !== null && patched(TTL_BY_HAND)) {
      const refused = ttlRefusal(this.state, Date.now())
      if (refused !== null) return { refused }
      this.state = setByHand(this.state, expiresAt, now())
      // It labels what it makes with the expiry that there was when it began.
      this.labels.doubt()
    } else {
      this.state = patched(TTL_SCHEDULE) ? expiring(this.state, expiresAt, now()) : { ...this.state, expiresAt }
    }
    this.lapsed = null
    return { given: { expiresAt } }
  }

  /** The loop does what is due next: here it is only made known. */
  private expiryReached(request: ExpireRequest): Answer<ExpiryAnswer> {
    const { state, answer } = reached(this.state, request, this.lapsed)
    this.state = state
    if (answer === 'due') this.lapsed = null
    return { given: answer }
  }

  private async warnOfExpiry(): Promise<void> {
    const event = ttlWarning(this.state, now())
    this.state = warned(this.state)
    if (event !== null) await this.announce(event, newest(this.state))
  }

  private async load(request: ImportRequest): Promise<Answer<Imported>> {
    const { topology, current } = this.state
    // Before the file is read: its end must not wait for that.
    if (current !== null) return { refused: inProgress(topology, current, Date.now()) }
    let file: LedgerState
    try {
      file = await read('the exported state').checkState({ topology, state: request.state })
    } catch (error) {
      return { refused: reportOf(error) }
    }
    const late = tooLate(request)
    if (late !== null) return { refused: late }
    const report = importRefusal(this.state, file, { force: request.force, nowMs: Date.now() })
    if (report !== null) return { refused: report }
    const { state, notes } = imported(this.state, file, Date.now())
    this.state = state
    this.lapsed = null
    // What it watches was of the state before.
    this.watcher.end()
    this.hostWatcher.end()
    this.driftWatcher.end()
    this.loadWatcher.end()
    this.copier.end()
    this.backer.end()
    this.checked = false
    return { given: { revisions: state.revisions.length, ...(notes.length === 0 ? {} : { notes }) } }
  }

  /** A ledger before this one was terminated while its operation ran: that one is waited for like one of our own. */
  private async adopt(current: OperationSummary): Promise<void> {
    const how = await adopted(current)
    if (how !== null) await this.writeDown(how)
    else followAdopted(current, (end) => this.inbox.push({ kind: 'ended', how: end }))
    this.unsure = false
  }

  private cancelled(): void {
    const { desired, current } = this.state
    if (desired === null && current === null && this.inbox.items.length === 0 && allHandlersFinished()) {
      this.over = true
      return
    }
    this.note = `a cancel at ${now()} was ignored: the ledger goes on while anything of the topology exists`
    log.warn(this.note)
  }

  /** Nobody waits for an answer, and no operation runs. */
  private renew(): Promise<never> {
    const { state, answered, checked } = this
    return continueAsNew<typeof ledger>({ topology: state.topology, state, answered: [...answered], checked })
  }
}

/** Whether the command has given up by now. */
const tooLate = (request: { notAfter?: string }): ErrorReport | null =>
  isExpired(request, Date.now()) ? expired(request, Date.now()) : null

/** What a ledger of before did without: nothing told of a ttl but its own timer. */
const TTL_SCHEDULE = 'ttl-schedule'
/** Before, an operation in progress had the last word about a ttl that was set meanwhile. */
const TTL_BY_HAND = 'ttl-by-hand'
/** ms that a deploy waits for its Schedule. */
const SCHEDULE_MS = 15_000
const LABELS_MS = 5 * 60_000

/** How a watch stands; `wanted`: what it would watch, null: nothing. */
function stateOf<Input extends { topology: string }>(
  watcher: Watcher<Input, unknown>,
  wanted: Input | null,
): WatchState | undefined {
  if (watcher.isRunning) return watcher.isEnding ? 'ending' : watcher.isFinishing ? 'finishing' : 'running'
  if (watcher.hasSeen) return 'seen'
  return watcher.mayBeginAt <= Date.now() && wanted !== null ? 'idle' : undefined
}

/** ms since the epoch; Infinity: it does not wait for that. */
const beginsAgainAt = <Input extends { topology: string }>(
  { mayBeginAt, isRunning }: Watcher<Input, unknown>,
  wanted: Input | null,
): number => (mayBeginAt <= Date.now() || isRunning || wanted === null ? Infinity : mayBeginAt)

/** ms since the epoch; what has come already is nothing to wait for. */
const comes = (at: number): number => (at <= Date.now() ? Infinity : at)

const now = (): string => new Date().toISOString()

function refuse(report: ErrorReport | null): void {
  if (report !== null) throw failureOf(report)
}
