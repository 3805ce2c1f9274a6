import type { ErrorCode } from '../errors.js'
import { NOTIFIERS, type NotifierChoice } from '../notifiers/notifiers.js'
import type { NoticeWord } from '../notifiers/words.js'
import type { Revision, Sealed } from '../plan/model.js'
import { sealedNotifierKey } from '../secrets/notifier-key.js'
import { operationWorkflowId } from './names.js'
import type { OperationKind, Outcome } from './operation.js'

/* What notifiers are told, and who is. docs/notifications.md describes each event: what is told once stays. */

/** An operation ended. Times are ISO times. */
export interface OperationEnded {
  event: 'operationEnded'
  topology: string
  /** `op-3`. */
  operation: string
  number: number
  kind: OperationKind
  outcome: Outcome
  /** `user@machine` of whoever asked; null: it began by itself. */
  who: string | null
  startedAt: string
  endedAt: string
  /** The revision that it led to. */
  revision: number
  /** Releases of that revision: `shop@1.2.0`. */
  versions: string[]
  /** Why it did not succeed, in a sentence; null: nobody knows, or it did. */
  reason: { code: ErrorCode; message: string } | null
  /** A command to go on with; null: there is nothing to do. */
  next: string | null
}

/** An instance is unhealthy while no operation is in progress. */
export interface InstanceUnhealthy {
  event: 'unhealthy'
  topology: string
  instance: string
  reason: string
  /** ISO time. */
  at: string
}

/** A host is taken for dead, or answers again after that. */
export interface HostDeadOrAlive {
  event: 'hostDead' | 'hostAlive'
  topology: string
  host: string
  /** hostDead: why there is no sign, in words; null: it answers. */
  reason: string | null
  /** ISO time. */
  at: string
}

/** Instances differ from the stable revision, others than before, or in another way. */
export interface DriftFound {
  event: 'drift'
  topology: string
  /** 100 at most. */
  changes: { instance: string; host: string; reasons: string[] }[]
  /** Why it cannot be repaired, in words; null: it can, or `changes` has it. */
  reason: string | null
  /** ISO time. */
  at: string
}

/** The copy of an instance on another host is three times as old as it may be, or is not any more. */
export interface ReplicaLateOrCaughtUp {
  event: 'replicaLate' | 'replicaCaughtUp'
  topology: string
  instance: string
  /** Where the copy is. */
  host: string
  /** Moment of what it holds, ISO time; null: nothing yet. */
  copiedAt: string | null
  /** replicaLate: how old it is, and why no newer one could be made; null: it caught up. */
  reason: string | null
  /** ISO time. */
  at: string
}

/** A backup of an instance failed, is three times as old as it may be, or neither any more. */
export interface BackupEvent {
  event: 'backupFailed' | 'backupLate' | 'backupRecovered'
  topology: string
  instance: string
  /** Moment of the last one, ISO time; null: there is none. */
  backedUpAt: string | null
  /** backupFailed: why. backupLate: how old the last one is, and why there is no newer one; null: it is well again. */
  reason: string | null
  /** ISO time. */
  at: string
}

/** A topology is about to be destroyed by itself. */
export interface TtlWarning {
  event: 'ttlWarning'
  topology: string
  /** When it is destroyed, ISO time. */
  expiresAt: string
  /** A command that keeps it. */
  next: string
  /** ISO time. */
  at: string
}

/** Everything that somebody can be told of, by its `event`. */
export type NoticeEvent =
  OperationEnded | InstanceUnhealthy | HostDeadOrAlive | DriftFound | ReplicaLateOrCaughtUp | BackupEvent | TtlWarning

/** Whom to tell, with what opens its secret. */
export interface Recipient {
  to: NotifierChoice
  /** Absent: it has no secret, or one that the worker resolves. */
  sealed?: Sealed
}

/** What `tell` is asked: one event for one recipient, so that a retry repeats nothing for another. */
export interface Telling {
  event: NoticeEvent
  to: Recipient
}

/** What a workflow that tells is started with. */
export interface Announcement {
  event: NoticeEvent
  to: Recipient[]
}

/** The same for the same event, however often it is told: the key by which whoever is told can see a repetition. */
export const noticeKey = (event: NoticeEvent): string =>
  event.event === 'operationEnded'
    ? operationWorkflowId(event.topology, event.number)
    : ['topology', event.topology, event.event, ...aboutOf(event), whenOf(event)].join('/')

/** Of one expiry is told once, whenever that is. */
const whenOf = (event: Exclude<NoticeEvent, OperationEnded>): string =>
  event.event === 'ttlWarning' ? event.expiresAt : event.at

/** What it is about, besides its topology: an instance, a host, or the copy of one on the other. */
function aboutOf(event: Exclude<NoticeEvent, OperationEnded>): string[] {
  const about = [...('instance' in event ? [event.instance] : []), ...('host' in event ? [event.host] : [])]
  return about.length === 0 ? [] : [about.join('@')]
}

/** The workflow that tells of an event: one at most for each. */
export const noticeWorkflowId = (event: NoticeEvent): string => `${noticeKey(event)}${NOTICE}`

/** Whether a workflow tells of something: it goes on when the operation that it tells of is long over. */
export const tellsNotice = (workflowId: string): boolean => workflowId.endsWith(NOTICE)

const NOTICE = '/notify'

/** An event in a few words, for the Web UI. */
export const noticeTitle = (event: NoticeEvent): string =>
  event.event === 'operationEnded'
    ? `${event.kind} ${event.operation} of ${event.topology}: ${event.outcome}`
    : `${[...aboutOf(event), event.topology].join(' of ')}: ${event.event}`

/** Those whom a revision would have told of an event. */
export function recipientsOf(
  { topology, sealed }: Pick<Revision, 'topology' | 'sealed'>,
  event: NoticeEvent,
): Recipient[] {
  return (topology.notify ?? [])
    .filter(({ on }) => isToldOf(on, event))
    .map(({ to }) => {
      const secret = NOTIFIERS.secret(to)
      const box = secret === null ? undefined : sealed[sealedNotifierKey(secret)]
      return { to, ...(box === undefined ? {} : { sealed: box }) }
    })
}

/** Without `on`: everything but what went well. */
function isToldOf(on: readonly NoticeWord[] | null, event: NoticeEvent): boolean {
  const word: string = event.event === 'operationEnded' ? event.outcome : event.event
  return on === null ? !WELL.has(word) : on.some((each) => each === word)
}

/** What went well. */
const WELL: ReadonlySet<string> = new Set([
  'succeeded',
  'hostAlive',
  'replicaCaughtUp',
  'backupRecovered',
] satisfies NoticeWord[])
