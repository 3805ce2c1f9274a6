/** Instances of one resource. */
export const MOST_REPLICAS = 10_000
