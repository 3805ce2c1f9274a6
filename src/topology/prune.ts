import type * as z from 'zod'
import type { Path } from './problem.js'

/** Stand-ins for what must be there, so that the rest around it can still be checked. */
const STAND_INS: Record<string, unknown> = { name: 'x', address: 'localhost', platform: 'debian', image: 'x' }

/** The value at a key path; undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    root,
  )
}

/**
 * The declaration without what the schema objected to, so that what is sound is checked for how it fits together and all
 * problems of a file come at once. Something that is missing takes what it is missing from with it, unless there is a
 * stand-in.
 */
export function prune(declaration: unknown, issues: readonly Objection[]): unknown {
  const result = structuredClone(declaration)
  const doomed: Path[] = issues.flatMap((issue) =>
    'keys' in issue && issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...(issue.path as Path), key])
      : [entry(issue.path as Path)],
  )
  for (const path of doomed) remove(result, path)
  return dropHoles(result)
}

/** An issue of the schema, or the place alone that another check objects to. */
type Objection = z.core.$ZodIssue | { path: Path }

/** A port with a guessed number would clash with others: the whole entry goes. */
const entry = (path: Path): Path => (path[3] === 'expose' ? path.slice(0, 5) : path)

function remove(root: unknown, path: Path): void {
  const key = path.at(-1)
  const holder = valueAt(root, path.slice(0, -1))
  if (key === undefined || typeof holder !== 'object' || holder === null) return
  const missing = !Object.hasOwn(holder, key)
  const entries = holder as Record<string | number, unknown>
  if (typeof key === 'string' && Object.hasOwn(STAND_INS, key) && path.length !== 2) entries[key] = STAND_INS[key]
  else if (missing) remove(root, path.slice(0, -1))
  else if (Array.isArray(holder)) entries[key] = undefined
  else delete entries[key]
}

function dropHoles(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => item !== undefined).map(dropHoles)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, dropHoles(inner)]))
}
