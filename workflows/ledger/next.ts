import {
  isExpired,
  type ExpireRequest,
  type ExpiryAnswer,
  type Answer,
  type AwaitedEnd,
  type Imported,
  type ImportRequest,
  type LedgerState,
  type OperationRequest,
  type OperationStarted,
  type TtlRequest,
} from '../../src/contracts/index.js'
import { repairAt, repairNow, type Repair } from './drift.js'
import { dueNow, nextDue, type Due } from './due.js'
import { failoverAt, failoverNow, type Failover } from './host-failure.js'
import { warningAt } from './ttl.js'

/** What was asked, and the answer once there is one. */
export interface Question<Input, Output> {
  input: Input
  answer: Answer<Output> | null
}

/** What waits in the ledger's queue. */
export type Item =
  | { kind: 'start'; question: Question<OperationRequest, OperationStarted> }
  | { kind: 'ttl'; question: Question<TtlRequest, { expiresAt: string | null }> }
  | { kind: 'expire'; question: Question<ExpireRequest, ExpiryAnswer> }
  | { kind: 'import'; question: Question<ImportRequest, Imported> }
  | { kind: 'ended'; how: AwaitedEnd }
  | { kind: 'cancel' }

/** One thing for the ledger to do. */
export type Next =
  | { do: 'take'; item: Item }
  | { do: 'due'; due: Due }
  | { do: 'failover'; failover: Failover }
  | { do: 'repair'; repair: Repair }
  | { do: 'scale' | 'watchLoad' }
  | { do: 'replicate' | 'noteReplicas' | 'stopCopying' | 'finishCopying' }
  | { do: 'backUp' | 'noteBackups' | 'stopBackingUp' | 'finishBackingUp' }
  | { do: 'renew' | 'judge' | 'watch' | 'unwatch' | 'noteHosts' | 'watchHosts' | 'noteDrift' | 'watchDrift' | 'warn' }

/**
 * seen: it has something to tell. idle: it may begin. running: it has not ended. finishing: it ends once nothing is under way. ending: it was
 * told to end.
 */
export type WatchState = 'seen' | 'idle' | 'running' | 'finishing' | 'ending'

export interface Circumstances {
  nowMs: number
  /** An update was accepted and is not answered yet; it may not have come as far as the queue. */
  asked: boolean
  /** The history is getting long, or a new one was asked for. */
  renewal: boolean
  /** The watch between operations; absent: there is nothing to watch. */
  watch?: WatchState | undefined
  /** What it has seen begins an operation; absent: it does not, or has seen nothing. */
  begins?: boolean | undefined
  /** The watch of the hosts, which goes on while an operation runs. */
  hosts?: WatchState | undefined
  /** The watch for drift between operations. */
  drift?: WatchState | undefined
  /** The watch of the load between operations. */
  load?: WatchState | undefined
  /** What that has seen asks for more instances; absent: for fewer, or it has seen nothing. */
  adds?: boolean | undefined
  /** That was so long ago that it says nothing any more. */
  stale?: boolean | undefined
  /** Copying between operations; absent: there is nothing to copy. An operation begins when it has ended. */
  copies?: WatchState | undefined
  /** Backups between operations; absent: there is nothing to back up. An operation begins when they have ended. */
  backups?: WatchState | undefined
}

/**
 * What comes next, or null. A person's request goes before what is due: when the worker was away, both come at once, and a deploy
 * renews the ttl. Neither what is due, nor what a watch has seen, nor continue-as-new begins while anybody is being answered.
 */
export function nextOf(state: LedgerState, queue: readonly Item[], now: Circumstances): Next | null {
  const item = queue.find(({ kind }) => kind === 'ended') ?? queue.find((each) => !mustWait(state, each, now.nowMs))
  if (item !== undefined) return item.kind === 'start' ? alone(now, { do: 'take', item }) : { do: 'take', item }
  if (now.copies === 'seen') return { do: 'noteReplicas' }
  if (now.backups === 'seen') return { do: 'noteBackups' }
  if (now.hosts === 'seen') return { do: 'noteHosts' }
  if (warningAt(state) <= now.nowMs) return { do: 'warn' }
  // It goes on while an operation runs, but not for ever: until its end no history can be renewed.
  if (now.hosts === 'idle' && !now.renewal) return { do: 'watchHosts' }
  if (state.current !== null || queue.length > 0 || now.asked) return null
  // What nobody watches may have changed since.
  const failover = now.hosts === 'running' ? failoverNow(state, now.nowMs) : null
  if (failover !== null) return alone(now, { do: 'failover', failover })
  const due = dueNow(state, now.nowMs)
  if (due !== null) return alone(now, { do: 'due', due })
  // One that comes and goes is seen often, and most of it begins nothing: that must not end a copy each time.
  if (now.watch === 'seen') return now.begins === true ? alone(now, { do: 'judge' }) : { do: 'judge' }
  if (now.drift === 'seen') return { do: 'noteDrift' }
  const repair = repairNow(state, now.nowMs)
  if (repair !== null) return alone(now, { do: 'repair', repair })
  if (now.load === 'seen') {
    // What is forgotten ends nothing, and what comes next is looked for again.
    if (now.stale === true) return { do: 'scale' }
    if (now.adds === true || !isCopying(now)) return alone(now, { do: 'scale' })
    // No copy or backup is broken off for fewer instances: nobody waits for those. It ends where nothing is under way.
    if (now.copies === 'running') return { do: 'finishCopying' }
    if (now.backups === 'running') return { do: 'finishBackingUp' }
  }
  const watches = [now.watch, now.hosts, now.drift, now.load, now.copies, now.backups]
  if (watches.includes('ending')) return null
  if (now.renewal) return { do: watches.some(isGoingOn) ? 'unwatch' : 'renew' }
  if (now.watch === 'idle') return { do: 'watch' }
  if (now.copies === 'idle') return { do: 'replicate' }
  if (now.backups === 'idle') return { do: 'backUp' }
  if (now.drift === 'idle') return { do: 'watchDrift' }
  return now.load === 'idle' ? { do: 'watchLoad' } : null
}

const isCopying = ({ copies, backups }: Circumstances): boolean =>
  [copies, backups].some((each) => isGoingOn(each) || each === 'ending')

const isGoingOn = (state: WatchState | undefined): boolean => state === 'running' || state === 'finishing'

/**
 * What begins an operation: nothing is copied or backed up meanwhile. A copy that is told to end does so within seconds, and is gone on with
 * afterwards; a backup is begun again.
 */
function alone({ copies, backups }: Circumstances, next: Next): Next | null {
  if (isGoingOn(copies)) return { do: 'stopCopying' }
  if (isGoingOn(backups)) return { do: 'stopBackingUp' }
  return copies === 'ending' || backups === 'ending' ? null : next
}

/** A cleanup takes seconds: whoever wants to start or load something waits for its end, for as long as they wait at all. */
const mustWait = ({ current }: LedgerState, item: Item, nowMs: number): boolean =>
  current?.kind === 'cleanup' &&
  (item.kind === 'start' || item.kind === 'import') &&
  !isExpired(item.question.input, nowMs)

/** When to look again if nothing happens, ms since the epoch, and why, for people. */
export function wakeAt(state: LedgerState, queue: readonly Item[], nowMs: number): { at: number; why: string } {
  const acts = actsAt(state, queue, nowMs)
  const warns = warningAt(state)
  return warns < acts.at ? { at: warns, why: 'until people are warned of the ttl' } : acts
}

function actsAt(state: LedgerState, queue: readonly Item[], nowMs: number): { at: number; why: string } {
  if (state.current === null) {
    // A time that has passed, of a host that is back by itself, would wake the ledger at once, for ever.
    const again = failoverAt(state, nowMs)
    const repair = repairAt(state, nowMs)
    const at = Math.min(nextDue(state), again, repair)
    if (at === repair && at < Infinity) return { at, why: 'until the repair is tried again' }
    if (at === again && at < Infinity) return { at, why: 'until the failover is tried again' }
    const standby = at === Date.parse(state.standby?.until ?? '')
    return { at, why: standby ? 'until the standby set is removed' : 'until the ttl expires' }
  }
  const limits = queue.flatMap((item) =>
    'question' in item && 'notAfter' in item.question.input && item.question.input.notAfter !== undefined
      ? [Date.parse(item.question.input.notAfter) + 1]
      : [],
  )
  return { at: Math.min(Infinity, ...limits), why: 'for how long a request waits for the cleanup' }
}
