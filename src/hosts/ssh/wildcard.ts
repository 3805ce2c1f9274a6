/** Whether a text is what a pattern of OpenSSH says: `*` is any number of characters, `?` is one. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const escaped = pattern.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll(/\*+/g, '.*').replaceAll('?', '.')}$`, 's').test(text)
}

/** The same for several, by comma; one with `!` that is met excludes the text whatever the others say. */
export function matchesPatterns(patterns: string, text: string): boolean {
  const list = patterns.split(',').map((pattern) => pattern.trim())
  const met = (pattern: string): boolean => matchesWildcard(pattern, text)
  return !list.some((each) => each.startsWith('!') && met(each.slice(1))) && list.some(met)
}
