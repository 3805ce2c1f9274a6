import type { Evidence } from '../analysis/evidence.js'
import type { ErrorReport } from '../errors.js'
import type { HealthReport } from '../health/model.js'
import type { NumbersShown } from '../plan/numbers-shown.js'
import type { Color } from '../naming/instance-names.js'
import type { Moves, ReleaseSpec, Revision, Role, SecretOf, VolumeSpec } from '../plan/model.js'
import type { ImageCopy } from '../plan/image-copies.js'
import type { VolumeRef } from '../incus/volumes.js'
import type { VolumeAt } from '../plan/volumes.js'
import type { LiveInstance } from '../plan/planned-change.js'
import type { RouteCertificate } from '../plan/certificates.js'
import type { Declared } from '../plan/replication/powers.js'
import type { Promotion } from '../plan/replication/promotion.js'
import type { PlannedChanges } from '../plan/plan.js'
import type { Analysis, Host } from '../topology/model.js'
import type { Verdict } from '../traffic/analysis.js'
import type { TopologyRoutes } from '../traffic/model.js'
import type { BackupInput, BackupPlace, BackupRound, Restoration } from './backup.js'
import type { At, InstanceAt, Logged, Patience, Proven, SpecAt, Stamp } from './at.js'
import type { DriftSeen, DriftWatchInput } from './drift.js'
import type { HookEnd, HookRun } from './hook.js'
import type { Counts } from '../topology/counts.js'
import type { HostsSeen, HostWatchInput } from './host-watch.js'
import type { ReplicationInput, ReplicationRound } from './replication.js'
import type { Telling } from './notice.js'
import type { LoadSeen, LoadWatchInput } from './scaling.js'
import type { SliceEnd } from './slice.js'
import type { InspectAnswers, InspectKind, InspectRequest } from './inspect.js'
import type { LedgerState } from './ledger.js'
import type { OperationEnd } from './operation.js'
import type { Expiry, ExpiryAnswer, ExpiryReached, ExpiryWritten, ScheduleKept, Swept } from './ttl.js'
import type { Seen, WatchInput } from './watch.js'

/** An instance that a backup becomes. `volumes`: those that it has, as they are declared. */
export interface FetchedAt extends InstanceAt {
  topology: string
  volumes: VolumeSpec[]
  /** What has the place until then, where it is on the same host; absent: nothing is. */
  aside?: string
  operation: number
}

/** How traffic goes on one host; host names as in the topology. */
export interface RoutesAt extends At {
  routes: TopologyRoutes
  /** By route; opened, or read, where they are used. */
  certificates: RouteCertificate[]
}

/** Live instances of one host under watch: a canary, or what bakes after the last stage. */
export interface AnalysisInput extends At {
  topology: string
  /** Probed at every look; as many failures in a row as its health check's `retries` are a breach that names the instance. */
  probed: Proven[]
  /** Instances whose requests, as this host's edge saw them, are judged. */
  watched: string[]
  /** Instances whose requests they are compared with, if the analysis compares; null: there is nothing to compare with. */
  compareTo: string[] | null
  /** Other hosts whose edges lead to them too, with their names there; absent: there are none. */
  edges?: (At & Pick<AnalysisInput, 'watched' | 'compareTo'>)[]
  analysis: Analysis
  /** Of the last verdict on the same instances, at whatever step; without it a comparison begins anew. */
  evidence?: Evidence | null
  /** Requests from here on count, ms since the epoch. */
  sinceMs: number
  /** How long to look, ms. */
  forMs: number
  /** The time is over: a pass ends the look at once. */
  untilData?: boolean
  /** What the apps of `probed` may print, to be masked; absent: nothing, or an older cul8er asked. */
  secrets?: SecretOf[]
}

/** Numbers that a ledger must stay above. */
export type NumbersInUse = NumbersShown

/** An operation's result, or why there is none. */
export type AwaitedEnd = { end: OperationEnd } | { lost: ErrorReport }

/**
 * The steps that workflows ask for. Each may run twice or half: it looks before it makes, and ends in the same state.
 * All throw ApplicationFailure with a Cul8erError's code as its type and an ErrorReport as its detail.
 */
export interface Activities {
  /**
   * `hosts`: all that the topology uses now or used before. `without`: of those, the ones to leave out. `refreshImages`: replace
   * instances whose host has another image under the name of theirs by now.
   */
  planOperation(
    input: Patience & {
      revision: Revision
      /** The stable revision. */
      base?: Revision | null
      hosts: Record<string, Host>
      dirty: string[]
      standby: string[]
      without?: string[]
      refreshImages?: boolean
      /** What is to move although it is as declared: nothing else is changed then. */
      moves?: Moves
      force: boolean
      /** A rollback: the revision was stable before. */
      goesBack?: boolean
      /** Only what stops nothing that runs. */
      liveOnly?: boolean
      /** A scaling: nothing but the instances that these numbers add or take away. */
      counts?: Counts
      /** A failover: what has room is moved although something has none. */
      partly?: boolean
      /** Number of the operation that asks: refused where the hosts show it, or a higher one. Absent: an older cul8er asked. */
      operation?: number
    },
  ): Promise<PlannedChanges>
  /** Makes the topology's Incus project exist on a host; images and profiles stay those of the default project. */
  ensureProject(input: At & { project: string }): Promise<void>
  /**
   * Copies an image to a host that lacks it; one that has it by now is left as it is. `from`: who has it.
   * @returns whether it had to be copied
   */
  copyImage(input: At & { copy: ImageCopy; from: Pick<At, 'host' | 'via'> }): Promise<{ copied: boolean }>
  /** Everything with the topology's label on its hosts, whatever its role. */
  findOwned(
    input: Patience & {
      topology: string
      project: string | null
      hosts: Record<string, Host>
      dirty?: readonly string[]
      /** Also the topology's volumes. */
      volumes?: boolean
      /** Names of snapshots count that only a volume of the instance has. */
      ofVolumes?: boolean
      /** As planOperation has it; absent: whatever the hosts show. */
      operation?: number
    },
  ): Promise<LiveInstance[] | { instances: LiveInstance[]; volumes: VolumeAt[] }>
  /** `made`: names the operation for ever, on the volumes that it makes; absent: the instance has none. */
  ensureInstance(input: SpecAt & { stamp: Stamp; made?: string }): Promise<{ address: string | null; created: boolean }>
  /** Limits, devices, environment keys and labels of an instance that is there. */
  configureInstance(input: SpecAt & { stamp: Stamp; made?: string }): Promise<void>
  /**
   * Environment, secrets and release into the instance; the app runs afterwards. `fresh`: it was made a moment ago, so that the
   * tarball can go along at once.
   */
  installRelease(input: SpecAt & { fresh?: boolean }): Promise<void>
  waitUntilHealthy(input: SpecAt): Promise<{ address: string | null; report: HealthReport }>
  /** Fails with the first of a host's instances that is not healthy any more. */
  confirmHealthy(input: At & { instances: Proven[] }): Promise<void>
  /** Of the instance and its volumes: all or none. */
  takeSnapshot(input: InstanceAt & { snapshot: string; volumes?: VolumeRef[] }): Promise<void>
  /** Of the instance and its volumes; already gone is done. */
  deleteSnapshot(input: InstanceAt & { snapshot: string; volumes?: VolumeRef[] }): Promise<void>
  /** `declared`: what the instance may have, where it is not the operation's own snapshot. @throws PERMISSION, see refuseSnapshotPowers */
  restoreSnapshot(input: InstanceAt & { snapshot: string; volumes?: VolumeRef[]; declared?: Declared }): Promise<void>
  /** Removes the oldest of our snapshots beyond `keep`. */
  pruneSnapshots(
    input: InstanceAt & { keep: number; spent?: string; volumes?: VolumeRef[] },
  ): Promise<{ removed: string[] }>
  /** Stops the app until the next install; the instance runs on. */
  /** `operation`: written on the instance before its app stops, so that it is known as touched should the operation be lost. */
  stopApp(input: InstanceAt & { resource: string; release: ReleaseSpec; operation?: number }): Promise<void>
  /** `alone`: it may have volumes, which no other instance that runs may have. */
  startInstance(input: InstanceAt & { alone?: true }): Promise<void>
  stopInstance(input: InstanceAt & { timeoutMs: number }): Promise<void>
  /** Deletes the instance if it is the topology's; already gone is done. `made`: with the volumes that this operation made for it. */
  deleteInstance(input: InstanceAt & { topology: string; made?: string }): Promise<void>
  /** Deletes a volume, with its snapshots, if it is the topology's; already gone is done. */
  deleteVolume(input: At & { volume: VolumeRef; project: string | null; topology: string }): Promise<void>
  /** `autostart`: whether its host starts it with itself, as Incus says it. */
  setRole(input: InstanceAt & { role: Role; autostart?: string }): Promise<void>
  applyRoutes(input: RoutesAt): Promise<void>
  waitDrained(input: At & { topology: string; server: string; deadlineMs: number }): Promise<{ cut: number }>
  removeRoutes(input: At & { topology: string }): Promise<void>
  /** Watches instances for a time; a breach ends it at once. */
  analyse(input: AnalysisInput): Promise<Verdict>
  /** Probes the live instances of resources with an `unhealthy` policy; null: there was nothing to tell for `forMs`. */
  watchHealth(input: WatchInput & { forMs: number }): Promise<Seen | null>
  /** Copies what is due of what holds data to other hosts. */
  replicate(input: ReplicationInput): Promise<ReplicationRound>
  /** Backs up what is due of what holds data. */
  backUp(input: BackupInput): Promise<BackupRound>
  /** Backs up one instance now. */
  backUpInstance(input: InstanceAt & { revision: Revision }): Promise<{ id: string; takenAt: string; bytes: number }>
  /**
   * What a backup becomes, and the hosts that give no answer. `on`: on which host; absent: where it was.
   * @throws NOT_FOUND, ARTIFACT_BROKEN, SECRET_UNRESOLVED, DATA_LOSS
   */
  findBackup(input: {
    revision: Revision
    /** Where something of the topology may be. */
    hosts: Record<string, Host>
    resource: string
    id: string
    on?: string | undefined
    force: boolean
  }): Promise<{ restoration: Restoration; silent: string[] }>
  /**
   * Brings a backup to a host, beside what is there: an instance that does not run, and volumes under names of their own. `taken`: what it
   * had beyond what is declared, in words.
   */
  fetchBackup(
    input: FetchedAt & { resource: string; place: BackupPlace; backup: string; declared: Declared },
  ): Promise<{ taken: string | null }>
  /** What was fetched takes the place, with its volumes; those of before get other names. It does not run yet. */
  placeFetched(
    input: FetchedAt & {
      resource: string
      index: number | null
      color: Color
      takenAt: string
      declared: Declared
      /** Volumes that are declared and that no backup brought, and the name of the operation for ever; absent: none. */
      others?: VolumeSpec[] | undefined
      made?: string | undefined
    },
  ): Promise<void>
  /** Stops what was fetched and takes it out of the place, with its volumes; those of before have their names again. */
  takeOutFetched(input: FetchedAt & { backup: string; declared: Declared }): Promise<void>
  /** Deletes what was fetched and has nobody's place; already gone is done. */
  dropFetched(input: FetchedAt): Promise<void>
  /** The copies on a host that are to take the places of their originals, and the hosts that give no answer. @throws DATA_LOSS, NOT_FOUND */
  findCopies(
    input: Patience & {
      revision: Revision
      /** Where something of the topology may be. */
      hosts: Record<string, Host>
      host: string
      resource?: string | undefined
      force: boolean
    },
  ): Promise<{ copies: Promotion[]; silent: string[] }>
  /**
   * Makes a copy what it is a copy of, as of its snapshot; it does not run yet. `declared`: what it may have beyond what any instance has;
   * `taken`: what it had more, in words.
   */
  promoteCopy(
    input: InstanceAt & { topology: string; snapshot: string; copiedAt: string; operation: number; declared: Declared },
  ): Promise<{ taken: string | null }>
  /** Makes it a copy again, which is brought up to date or removed as any other. */
  demoteCopy(input: InstanceAt & { topology: string; snapshot: string; copiedAt: string; from: string }): Promise<void>
  /**
   * Copies an instance with its volumes to another host, as replication does. `twice`: once more, so that the answer says how long what is
   * written meanwhile takes, ms.
   */
  copyToHost(input: InstanceAt & { topology: string; to: At; twice: boolean }): Promise<{ lastMs: number }>
  /**
   * Makes a whole copy the instance itself, in the role `new`; it does not run yet. `replicated`: the snapshots that copies are made by stay;
   * `taken`: what it had beyond what is declared, in words.
   */
  takeOver(
    input: InstanceAt & { topology: string; from: string; operation: number; declared: Declared; replicated: boolean },
  ): Promise<{ taken: string | null }>
  /** What took the place of another host's instance is the live one, with its volumes, which were a copy's until now. */
  finishMove(input: InstanceAt & { topology: string }): Promise<void>
  /** Stops what took the place of another host's instance, and makes it a copy of that again. */
  putBack(input: InstanceAt & { topology: string; from: string }): Promise<void>
  /**
   * Deletes a copy that does not run, its volumes, and what the original keeps for it unless it is `replicated`; already gone is done.
   * @throws DATA_LOSS where the original is not there, and as its host answers: the copy stays
   */
  dropCopy(
    input: InstanceAt & { topology: string; original: InstanceAt; volumes: VolumeRef[]; replicated: boolean },
  ): Promise<void>
  /** Looks at hosts; ends when one comes to another state. null: none did for `forMs`. */
  watchHosts(input: HostWatchInput & { forMs: number }): Promise<HostsSeen | null>
  /** What differs from the stable revision; null: what was told last. */
  lookForDrift(input: DriftWatchInput): Promise<DriftSeen | null>
  /** Looks at the load for `forMs`, or until it asks for another number of instances; null: it did not. */
  watchLoad(input: LoadWatchInput & { forMs: number }): Promise<LoadSeen | null>
  /**
   * The highest operation and revision that labels and snapshots on hosts show, or workers wrote down, and the instances that have them.
   * `partly`: also when a host gives no answer.
   */
  numbersInUse(input: {
    topology: string
    project: string | null
    hosts: Record<string, Host>
    partly?: boolean
  }): Promise<NumbersInUse>
  /** Checks an exported state. @throws USAGE with every problem and its place */
  checkState(input: { topology: string; state: unknown }): Promise<LedgerState>
  /** How an operation ended whose ledger is gone; null: it runs still, after `forMs`. */
  awaitOperation(input: { workflowId: string; forMs: number }): Promise<AwaitedEnd | null>
  /**
   * Keeps the last log lines of instances that are about to be removed, for `logs --operation`. Never fails for what it cannot read:
   * logs are evidence, and not what an undo is about.
   */
  keepLogs(input: { topology: string; operation: number; instances: Logged[] }): Promise<{ kept: string[] }>
  /**
   * Removes artifacts that no kept revision of any topology names, and kept logs that are older than the namespace's retention. The input
   * is empty, but there: without one nobody could have signed it.
   */
  pruneArtifacts(input: Record<string, never>): Promise<{ removed: number }>
  /** Makes the Schedule of a topology's ttl, moves it, or removes it. */
  keepTtlSchedule(input: Expiry): Promise<ScheduleKept>
  /** The expiry that was written down last, outside of Temporal's database; `known`: false where none was. */
  expiryWritten(input: { topology: string }): Promise<ExpiryWritten>
  /** Writes on the topology's instances when their time is over, or takes that off. @throws UNREACHABLE when a host gave no answer, at the end */
  labelExpiry(input: Expiry): Promise<{ changed: number }>
  /** Has the ledger act on an expiry; one that is gone is started again where the labels on the instances confirm it. */
  reachExpiry(input: ExpiryReached): Promise<ExpiryAnswer>
  /** The second net: Schedules that are missing, ledgers that are gone, and instances whose label says that their time is over. */
  sweepExpired(input: Record<string, never>): Promise<Swept>
  /** What a slice of an operation has done whose workflow failed or was terminated; null: nobody knows. */
  readSlice(input: { workflowId: string }): Promise<SliceEnd | null>
  /** Tells one recipient of an event, once; it may hear of it again when an answer gets lost. @throws NOTIFIER, SECRET_UNRESOLVED */
  tell(input: Telling): Promise<void>
  /** Runs a command of the operator's on the worker's machine. It may run twice, or half, and then again. @throws HOOK */
  runHook(input: HookRun): Promise<HookEnd>
  /** Looks at the world for a command; changes nothing. */
  inspect<Kind extends InspectKind>(input: InspectRequest<Kind>): Promise<InspectAnswers[Kind]>
}
