/** One thing that is wrong in a topology file. */
export interface Problem {
  /** Key path: `resources.app.limits.memory`, `resources.app.network.expose[0].as`; empty is the whole topology. */
  path: string
  /** From 1; absent where the format has no lines we can know. */
  line?: number
  /** What is there, in words; a value that could be a secret is only described. */
  found: string
  /** What may be there, in words. */
  allowed: string
  /** The nearest thing that would be right. */
  suggestion?: string
  /** All of it in one sentence, without path and line. */
  message: string
}

/** Keys from the root of a topology to a value; a number is a place in a list. */
export type Path = readonly (string | number)[]

/** Where a declaration came from: gives the line of a key path, or of the nearest thing around it. */
export interface SourceMap {
  lineOf(path: Path): number | undefined
}

/**
 * A problem with its sentence made from its parts.
 * @param remark - what the sentence says of the suggestion; default: did you mean it?
 */
export function problem(
  path: Path,
  found: string,
  allowed: string,
  suggestion?: string,
  remark = `did you mean ${suggestion}?`,
): Problem & { at: Path } {
  const meant = suggestion === undefined ? '' : ` (${remark})`
  return {
    at: path,
    path: pathText(path),
    found,
    allowed,
    ...(suggestion === undefined ? {} : { suggestion }),
    message: `found ${found}, allowed ${allowed}${meant}`,
  }
}

/** A problem that still knows its path as keys. */
export type Finding = ReturnType<typeof problem>

/** `['resources', 'app', 'on', 0]` as `resources.app.on[0]`; a key that would read wrong is quoted. */
export function pathText(path: Path): string {
  return path
    .map((key) =>
      typeof key === 'number' ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
    )
    .join('')
    .replace(/^\./, '')
}

/** A value in words: short texts and numbers as they are, everything else by its kind. */
export function describe(value: unknown, path: Path = []): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping'
  if (mayBeSecret(path)) return typeof value === 'string' ? 'a string' : `a ${typeof value}`
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : `a ${typeof value}`
}

const mayBeSecret = (path: Path): boolean =>
  path.at(-1) !== 'from' &&
  ((path[0] === 'cluster' && path[1] === 'cookie') ||
    (path[0] === 'resources' && path[2] === 'environment') ||
    path.includes('passphrase') ||
    isNotifier(path))

/** A URL or an argument may hold a token. In a topology file, or in one in normal form wherever it is in another file. */
function isNotifier(path: Path): boolean {
  const at = path[0] === 'notify' ? 0 : path.indexOf('topology') + 1
  return path[at] === 'notify' && path[at + 2] !== 'on'
}
