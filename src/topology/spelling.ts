import type * as z from 'zod'
import { problem, type Finding, type Path } from './problem.js'
import { below, keysOf } from './schema/sections.js'

/** Two words to some, one to us. */
const ALSO: Readonly<Record<string, readonly string[]>> = { healthcheck: ['health_check', 'healthCheck'] }

/** How else a word of ours may be spelled: `max_parallel` for `maxParallel`. */
export function spellingsOf(word: string): string[] {
  const snake = word.replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
  return [...(snake === word ? [] : [snake]), ...(ALSO[word] ?? [])]
}

/** The word of ours that is meant by another spelling of it; undefined when it is none. */
export const wordFor = (spelling: string, words: readonly string[]): string | undefined =>
  words.find((word) => word === spelling) ?? words.find((word) => spellingsOf(word).includes(spelling))

/** A declaration with our spelling of every key. */
export interface Spelled {
  value: unknown
  /** Keys that are there in two spellings. */
  found: Finding[]
  /** A path of the value as it stands in the file. */
  asWritten: (path: Path) => Path
}

/** Gives every key of ours its one spelling; names of the user's own stay. */
export function spelled(declaration: unknown, schema: z.core.$ZodType): Spelled {
  const written = new Map<string, string>()
  const found: Finding[] = []
  const value = walk(declaration, [schema], [])
  return {
    value,
    found,
    asWritten: (path) => path.map((key, index) => written.get(JSON.stringify(path.slice(0, index + 1))) ?? key),
  }

  /** Most values are texts and numbers: what their schema is made of need not be looked up. */
  function inside(value: unknown, schemas: readonly z.core.$ZodType[], path: Path): unknown {
    const key = path.at(-1)
    if (typeof value !== 'object' || value === null || key === undefined) return value
    return walk(value, below(schemas, key), path)
  }

  function walk(source: unknown, schemas: readonly z.core.$ZodType[], path: Path): unknown {
    if (typeof source !== 'object' || source === null || schemas.length === 0) return source
    if (Array.isArray(source)) {
      return source.map((item: unknown, index) => inside(item, schemas, [...path, index]))
    }
    const known = keysOf(schemas)
    const result: Record<string, unknown> = {}
    for (const [key, inner] of Object.entries(source)) {
      const word = wordFor(key, known) ?? key
      const at = [...path, word]
      if (Object.hasOwn(result, word) || (word !== key && Object.hasOwn(source, word))) {
        found.push(problem([...path, key], `${key} beside ${earlier(source, word, key)}`, SAME))
      } else {
        if (word !== key) written.set(JSON.stringify(at), key)
        result[word] = inside(inner, schemas, at)
      }
    }
    return result
  }
}

const SAME = 'one of them: they are the same'

const earlier = (source: object, word: string, key: string): string =>
  Object.keys(source).find((other) => other !== key && (other === word || spellingsOf(word).includes(other))) ?? word
