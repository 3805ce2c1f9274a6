/** Instances of one resource. */
export const MOST_REPLICAS = 10_000

/** Instances of all resources, of one topology and of all in a file. */
export const MOST_INSTANCES = 20_000
