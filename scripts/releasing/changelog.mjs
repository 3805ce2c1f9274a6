/** The heading that entries are collected under until a release takes them. */
const UNRELEASED = '## [Unreleased]'

/**
 * The changelog with its unreleased entries under a heading of their own, and an empty one for those that follow.
 * @param date - `2026-11-22`
 * @throws Error when there is no such heading, nothing under it, or the version is in it already
 */
export function released(changelog, version, date) {
  const entries = section(changelog, UNRELEASED)
  if (entries === null) throw new Error(`CHANGELOG.md has no heading ${UNRELEASED}`)
  if (!/^- /m.test(entries)) throw new Error(`CHANGELOG.md has no entries under ${UNRELEASED}: say what changed`)
  if (section(changelog, `## [${version}]`) !== null) throw new Error(`CHANGELOG.md has ${version} already`)
  return changelog.replace(UNRELEASED, `${UNRELEASED}\n\n## [${version}] - ${date}`)
}

/** What the changelog says of a version. @throws Error when it says nothing */
export function notesOf(changelog, version) {
  const notes = section(changelog, `## [${version}]`)?.trim() ?? ''
  if (notes === '') throw new Error(`CHANGELOG.md has no entry for ${version}`)
  return notes
}

/** What stands between a heading and the next of its kind. */
function section(changelog, heading) {
  const lines = changelog.split('\n')
  const from = lines.findIndex((line) => line === heading || line.startsWith(`${heading} `))
  if (from < 0) return null
  const rest = lines.slice(from + 1)
  const to = rest.findIndex((line) => line.startsWith('## '))
  return (to < 0 ? rest : rest.slice(0, to)).join('\n')
}
