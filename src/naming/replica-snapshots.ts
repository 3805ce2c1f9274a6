/*
 * Snapshots that replication takes: those of the original that its copies get. They have a prefix of their own, so that it removes no other.
 */

const PREFIX = 'replica-'

/** @param unique - 8 characters of a-z and 0-9: two of the same moment may be of two workers */
export const replicaSnapshot = (at: Date, unique: string): string =>
  `${PREFIX}${at.toISOString().replaceAll(/[-:]/g, '').replace('T', '-').replace(/\..*/, '')}-${unique}`

export const isReplicaSnapshot = (name: string): boolean => /^replica-\d{8}-\d{6}-[0-9a-z]{8}$/.test(name)

/**
 * Which of these snapshots go so that the `keep` newest of replication's own stay.
 * @param needed - stay as well: a copy that was not brought up to date since is whole by them alone
 */
export const superfluousReplicas = (
  names: readonly string[],
  keep: number,
  needed: readonly (string | null)[] = [],
): string[] => {
  const own = names.filter(isReplicaSnapshot).toSorted()
  return own.slice(0, Math.max(0, own.length - keep)).filter((name) => !needed.includes(name))
}
