/**
 * Whether what lies in a folder is a home's, so that it may be told to have other permissions. In any other folder that was named by mistake,
 * as `/tmp`, they are somebody's decision.
 */
export const isHome = (entries: readonly string[]): boolean =>
  entries.some((entry) => SURE.has(entry)) || entries.every((entry) => KNOWN.has(entry))

const SURE: ReadonlySet<string> = new Set(['service.json', 'seal.key', 'temporal.db'])
/** What `cul8er worker` makes by itself, and what a start that failed left. */
const KNOWN: ReadonlySet<string> = new Set(['artifacts', 'evidence', 'emulator', 'locks', 'logs'])

/** What to do about a folder whose mode lets others in. */
export const modeHint = (folder: string, entries: readonly string[]): string =>
  isHome(entries)
    ? `check that everything in it is yours, then chmod 700 ${folder}`
    : 'set CUL8ER_HOME to a folder of its own: this one holds other things'
