import { problem, type Finding, type Path } from './problem.js'

/** Deeper than any topology: stops a structure that contains itself through getters. */
const DEEPEST = 12
/** Longer than any list of a topology. */
const LONGEST = 10_000

/**
 * A copy made of plain objects, arrays and scalars only, and what had to be left out: functions, class instances,
 * circles, getters that throw. After it nothing that a file exports can surprise the schema.
 */
export function plainCopy(declaration: unknown): { value: unknown; problems: Finding[] } {
  const problems: Finding[] = []
  const value = readable([], () => copy(declaration, [], []))

  return { value, problems }

  function copy(source: unknown, path: Path, above: readonly object[]): unknown {
    if (source === null || typeof source !== 'object') return scalar(source, path)
    if (above.includes(source)) return refuse(path, 'a value that contains itself')
    if (path.length > DEEPEST) return refuse(path, 'a value nested too deep')
    if (Array.isArray(source) && source.length > LONGEST) return refuse(path, `a list of ${source.length}`)
    if (Array.isArray(source)) return Array.from(source, (_, index) => member(source, index, path, above))
    if (!isPlain(source)) return refuse(path, `a ${kindOf(source)}`)
    const result: Record<string, unknown> = {}
    for (const key of Object.keys(source)) {
      if (key === '__proto__') refuse([...path, key], 'the key __proto__', 'another name')
      else {
        const inner = member(source, key, path, above)
        if (inner !== undefined) result[key] = inner
      }
    }
    return result
  }

  function member(source: object, key: string | number, path: Path, above: readonly object[]): unknown {
    const at = [...path, key]
    return readable(at, () => copy((source as Record<string | number, unknown>)[key], at, [...above, source]))
  }

  function readable(path: Path, read: () => unknown): unknown {
    try {
      return read()
    } catch {
      return refuse(path, 'a value that cannot be read')
    }
  }

  function scalar(source: unknown, path: Path): unknown {
    return typeof source === 'function' || typeof source === 'symbol' || typeof source === 'bigint'
      ? refuse(path, `a ${typeof source}`)
      : source
  }

  function refuse(path: Path, found: string, allowed = 'strings, numbers, true, false, lists and mappings'): undefined {
    problems.push(problem(path, found, allowed))
  }
}

function isPlain(source: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(source)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

function kindOf(source: object): string {
  const name: unknown = source.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'special object'
}
