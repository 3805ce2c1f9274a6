/** Instances of one resource. */
export const MOST_REPLICAS = 10_000

/** Instances of all resources, of one topology and of all in a file. */
export const MOST_INSTANCES = 20_000

/** Each is told of an event by an activity of its own. */
export const MOST_NOTIFIERS = 20

/** Before, or after, one operation. */
export const MOST_HOOKS = 20
