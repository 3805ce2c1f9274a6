/** Instances of one resource. */
export const MOST_REPLICAS = 10_000

/** Instances of all resources, of one topology and of all in a file. */
export const MOST_INSTANCES = 20_000

/** Each is told of an event by an activity of its own. */
export const MOST_NOTIFIERS = 20

/** Before, or after, one operation. */
export const MOST_HOOKS = 20

/** A host may be taken for dead after so long, ms: a look at it takes up to 4 s with its pause, and a slow answer is no death. */
export const SOONEST_FAILOVER_MS = 5_000

/** From one look for drift to the next, ms: it asks every host for all its instances, which would be a load of its own. */
export const SOONEST_DRIFT_MS = 60_000

/** Fewer instances must have been enough for so long, ms: in less a look or two would decide. */
export const SOONEST_SCALING_MS = 10_000

/** From one copy to the next, ms: it takes a snapshot and some seconds, also where nothing has changed. */
export const SOONEST_REPLICA_MS = 10_000

/** From one backup to the next, ms: each is a whole one. */
export const SOONEST_BACKUP_MS = 60_000
