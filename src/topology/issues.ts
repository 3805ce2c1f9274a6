import type * as z from 'zod'
import { PROBES } from '../health/probes/registry.js'
import type { RightPlace } from './misplaced.js'
import { nearest, sameBeginning } from './nearest.js'
import { describe, problem, type Finding, type Path } from './problem.js'
import { valueAt } from './prune.js'
import { DURATION, SIZE } from './units.js'
import { DURATION_WORDS, SIZE_WORDS } from './schema/words.js'

type Issue = z.core.$ZodIssue

/**
 * What the schema objects to, in the words of the house: place, found, allowed, nearest match.
 * @param placeOf - tells of an unknown key where it belongs
 */
export function findings(issues: readonly Issue[], declaration: unknown, placeOf: PlaceOf = () => null): Finding[] {
  return issues.flatMap((issue) => translate(issue, [], { declaration, placeOf }))
}

/** Where a key belongs that is not known where it stands. */
type PlaceOf = (path: Path) => RightPlace | null

interface Context {
  declaration: unknown
  placeOf: PlaceOf
}

/** What an issue says when the schema has no words of its own for it. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ')
  return issue.code === 'invalid_type' ? KINDS.get(issue.expected) : undefined
}

const KINDS = new Map<string, string>([
  ['string', 'a string'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['object', 'a mapping'],
  ['array', 'a list'],
])

function translate(issue: Issue, above: Path, context: Context): Finding[] {
  const { declaration, placeOf } = context
  const path = [...above, ...(issue.path as Path)]
  if (issue.code === 'unrecognized_keys') {
    const there = valueAt(declaration, path)
    return issue.keys.map((key) => unknownKey([...path, key], issue.message, Object.keys(there ?? {}), placeOf))
  }
  const found = valueAt(declaration, path)
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((branch) => !branch.some((each) => each.path.length === 0 && wrongKind(each)))
    if (meant !== undefined && typeof found === 'object' && !isStrange(meant, found))
      return meant.flatMap((each) => translate(each, path, context))
  }
  return [problem(path, describe(found, path), issue.message, suggest(issue, found))]
}

/** A mapping without one key that this branch knows was written for something else. */
function isStrange(branch: readonly Issue[], found: object | null): boolean {
  const unknown = branch.flatMap((each) =>
    each.code === 'unrecognized_keys' && each.path.length === 0 ? each.keys : [],
  )
  return unknown.length > 0 && unknown.length === Object.keys(found ?? {}).length
}

const wrongKind = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value'

/** The nearest key that may stand there and does not yet; else where a key of this name may stand. */
function unknownKey(path: Path, known: string, there: readonly string[], placeOf: PlaceOf): Finding {
  const key = String(path.at(-1))
  const found = `the unknown key ${JSON.stringify(key)}`
  const words = known.split(', ')
  const free = words.filter((word) => !there.includes(word))
  const near = [RENAMED.get(key), nearest(key, free)].find((word) => word !== undefined && free.includes(word))
  if (near !== undefined) return problem(path, found, known, near)
  const place = placeOf(path)
  return place === null
    ? problem(path, found, known, nearest(key, words))
    : problem(path, found, known, place.path, place.words)
}

/** Words of other tools that look like none of ours. */
const RENAMED = new Map([
  ['from_image', 'image'],
  ['env', 'environment'],
  ['cores', 'cpu'],
  ['mem', 'memory'],
  ['count', 'replicas'],
  ['health', 'healthcheck'],
  ['url', 'endpoint'],
  ['batch', 'maxParallel'],
  ['type', 'approach'],
  ['ports', 'network'],
])

function suggest(issue: Issue, found: unknown): string | undefined {
  if (issue.message === DURATION_WORDS) return withUnit(found, DURATION, { units: DURATION_UNITS, bare: 's' })
  if (issue.message === SIZE_WORDS)
    return withUnit(found, SIZE, {
      units: SIZE_UNITS,
      // Only a number or a text is one: a mapping may not even be readable as a number.
      bare: (typeof found === 'number' || typeof found === 'string') && Number(found) < 64 ? 'GiB' : 'MiB',
    })
  if (typeof found !== 'string' && typeof found !== 'number') return undefined
  if (issue.message === PROBES.endpoints) return PROBES.nearest(String(found))
  const values = wordsOf(issue)
  // `Cluster.Strategy.Epmd` and `:rolling` are how other files write it.
  const word = String(found).split(/[.:]/).at(-1) ?? ''
  return nearest(String(found), values) ?? nearest(word, values) ?? sameBeginning(word, values)
}

/** The words that may stand there; of a union, those among its branches. */
const wordsOf = (issue: Issue): string[] => {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  return issue.code === 'invalid_union'
    ? issue.errors.flatMap((branch) => branch.filter(({ path }) => path.length === 0).flatMap(wordsOf))
    : []
}

interface Units {
  /** What people write for a unit, in lowercase letters, to the unit. */
  units: readonly (readonly [pattern: RegExp, unit: string])[]
  /** The unit that a bare number probably has. */
  bare: string
}

const DURATION_UNITS = [
  [/^(ms|msecs?|milliseconds?|millis)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
  [/^(d|days?)$/, 'd'],
] as const

const SIZE_UNITS = [
  [/^(ki|kib|kibibytes?)$/, 'KiB'],
  [/^(m|mi|mib|mebibytes?|megabytes?)$/, 'MiB'],
  [/^(g|gi|gib|gibibytes?|gigabytes?)$/, 'GiB'],
  [/^(t|ti|tib|tebibytes?|terabytes?)$/, 'TiB'],
  [/^kb$/, 'kB'],
  [/^mb$/, 'MB'],
  [/^gb$/, 'GB'],
  [/^tb$/, 'TB'],
] as const

/** A number without its unit, or a unit that is written otherwise: `10`, `'10 sec'`, `'8G'`, `{ seconds: 10 }`. */
function withUnit(found: unknown, pattern: RegExp, { units, bare }: Units): string | undefined {
  const [number = '', word = ''] = /^(\d[\d.]{0,12})([A-Za-z]{0,12})$/.exec(inWords(found))?.slice(1) ?? []
  const unit = word === '' ? bare : units.find(([spellings]) => spellings.test(word.toLowerCase()))?.[1]
  const text = `${number}${unit}`
  return unit !== undefined && pattern.test(text) ? text : undefined
}

function inWords(found: unknown): string {
  if (typeof found === 'string' || typeof found === 'number') return String(found).replaceAll(/[\s_-]/g, '')
  const [entry, ...more] = typeof found === 'object' && found !== null ? Object.entries(found) : []
  return entry === undefined || more.length > 0 || typeof entry[1] === 'object' ? '' : `${entry[1]}${entry[0]}`
}
