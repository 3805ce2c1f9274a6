import type { z } from 'zod'
import { nearest } from './nearest.js'
import { describe, problem, type Finding, type Path } from './problem.js'
import { valueAt } from './prune.js'
import { DURATION, SIZE } from './units.js'
import { DURATION_WORDS, SIZE_WORDS } from './schema/words.js'

type Issue = z.core.$ZodIssue

/** What the schema objects to, in the words of the house: place, found, allowed, nearest match. */
export function findings(issues: readonly Issue[], declaration: unknown): Finding[] {
  return issues.flatMap((issue) => translate(issue, [], declaration))
}

/** What an issue says when the schema has no words of its own for it. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_value') return issue.values.map(String).join(', ')
  return issue.code === 'invalid_type' ? KINDS.get(issue.expected) : undefined
}

const KINDS = new Map<string, string>([
  ['string', 'a text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
  ['object', 'a mapping'],
  ['array', 'a list'],
])

function translate(issue: Issue, above: Path, declaration: unknown): Finding[] {
  const path = [...above, ...(issue.path as Path)]
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], issue.message))
  const found = valueAt(declaration, path)
  if (issue.code === 'invalid_union') {
    const meant = issue.errors.find((branch) => !branch.some((each) => each.path.length === 0 && wrongKind(each)))
    if (meant !== undefined && typeof found === 'object')
      return meant.flatMap((each) => translate(each, path, declaration))
  }
  return [problem(path, describe(found, path), issue.message, suggest(issue, found))]
}

const wrongKind = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value'

function unknownKey(path: Path, known: string): Finding {
  const key = String(path.at(-1))
  return problem(path, `the unknown key ${JSON.stringify(key)}`, known, nearest(key, known.split(', ')))
}

function suggest(issue: Issue, found: unknown): string | undefined {
  if (typeof found !== 'string' && typeof found !== 'number') return undefined
  if (issue.message === DURATION_WORDS) return withUnit(found, DURATION, ['s', ''])
  if (issue.message === SIZE_WORDS) return withUnit(found, SIZE, ['GiB', 'iB', 'B', ''])
  return issue.code === 'invalid_value' ? nearest(String(found), issue.values.map(String)) : undefined
}

/** A number without its unit, or a unit with a space or cut short: `10`, `'10 s'`, `'8G'`. */
function withUnit(found: string | number, pattern: RegExp, endings: string[]): string | undefined {
  const start = String(found).replaceAll(/[\s-]/g, '').slice(0, 30)
  return endings.map((ending) => start + ending).find((text) => pattern.test(text))
}
