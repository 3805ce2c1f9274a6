import type { LiveInstance } from '../plan/planned-change.js'
import type { Revision, Sealed, VolumeSpec } from '../plan/model.js'
import type { Backup } from '../topology/model.js'
import type { ReplicaChange, ReplicaRecord, ReplicaRestore } from './replication.js'

/* What is known of backups, and what they are asked and answer. Times are ISO times. */

/** Of one instance. `host`: where that is; otherwise as for a copy. */
export type BackupRecord = ReplicaRecord

/** What backups begin with. */
export interface BackupInput {
  topology: string
  /** The stable revision. */
  revision: Revision
  /** Left half changed by an operation: not backed up. */
  dirty: string[]
  /** By `replicaKey`. */
  known: Record<string, BackupRecord>
  /** Restores of which a host that was away may not know. */
  restores: ReplicaRestore[]
}

/** What became of the backups that were due. */
export interface BackupRound {
  backups: Record<string, BackupRecord>
  /** `replica`: key of the record. */
  changes: ReplicaChange[]
  /** When the next one is due. */
  nextAt: string
}

/** Where backups of a resource are, with what opens its secrets. */
export interface BackupPlace {
  backup: Backup
  /** By `sealedBackupKey`; what the worker resolves itself is absent. */
  sealed: Record<string, Sealed>
}

/** A backup as a list shows it. */
export interface BackupRow {
  id: string
  resource: string
  instance: string
  /** Where the instance was. */
  host: string
  /** When the data was as it is in it. */
  takenAt: string
  /** All of it, encrypted, bytes. */
  bytes: number
  /** Where it is, in words. */
  in: string
}

/** An instance that is made from a backup, in the place of what is there. */
export interface Restoration {
  backup: { id: string; takenAt: string; host: string }
  /** As it will be. */
  at: LiveInstance
  /** Volumes in the backup, as they are declared. */
  volumes: VolumeSpec[]
  /** Declared, and not in the backup: they hold what they hold, or nothing yet. Absent: none. */
  others?: VolumeSpec[]
  /** What has its place now, to be stopped and put aside; absent: nothing is known to. */
  original?: LiveInstance
}
