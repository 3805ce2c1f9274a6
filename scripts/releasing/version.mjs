const VERSION = /^(\d+)\.(\d+)\.(\d+)$/

/**
 * The version to release.
 * @param current - of package.json
 * @param wanted - `major`, `minor`, `patch`, or a version
 * @param tags - of the repository: the version in package.json may be the first one to be released
 * @throws Error for what is not a version, is tagged already, or is older than the current one
 */
export function nextVersion(current, wanted, tags) {
  const [, ...now] = (VERSION.exec(current) ?? []).map(Number)
  const version = { major: [now[0] + 1, 0, 0], minor: [now[0], now[1] + 1, 0], patch: [now[0], now[1], now[2] + 1] }[
    wanted
  ]
  const next = version?.join('.') ?? wanted
  if (!VERSION.test(next))
    throw new Error(`${JSON.stringify(wanted)} is not a version; allowed are major, minor, patch and X.Y.Z`)
  if (tags.includes(`v${next}`)) throw new Error(`v${next} is tagged already`)
  if (isOlder(next.split('.').map(Number), now)) throw new Error(`${next} is older than ${current}`)
  return next
}

function isOlder(a, b) {
  const i = a.findIndex((part, index) => part !== b[index])
  return i >= 0 && a[i] < b[i]
}

/** Why nothing can be released from here; null: it can. */
export function refusal({ branch, dirty }) {
  if (branch !== 'main') return `releases are made on main; this is ${branch === '' ? 'no branch' : branch}`
  if (dirty.length > 0) return `there are changes that are not committed:\n${dirty.join('\n')}`
  return null
}
