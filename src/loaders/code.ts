import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type * as Jiti from 'jiti'
import { Cul8erError, messageOf } from '../errors.js'
import { nearest } from '../topology/nearest.js'
import { brokenFile } from './errors.js'

/**
 * What a TypeScript or JavaScript file exports by default. `import 'cul8er'` in it is the cul8er that is running.
 * @throws Cul8erError INVALID_TOPOLOGY with the line when the file does not compile, throws or exports nothing
 */
export async function readCode(file: string): Promise<unknown> {
  const cul8er = await import('../index.js')
  // Required, which takes a third of the CPU of an import: 15 ms instead of 48.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof Jiti
  const jiti = createJiti(import.meta.url, {
    fsCache: cacheFolder(),
    moduleCache: false,
    interopDefault: false,
    virtualModules: { cul8er },
  })
  const module = await settled(file, jiti.import(file)).catch((error: unknown) => {
    throw failure(file, error, Object.keys(cul8er))
  })
  // An export may be a promise.
  const exported = await settled(file, Promise.resolve(defaultExport(module))).catch((error: unknown) => {
    throw failure(file, error, Object.keys(cul8er))
  })
  if (exported !== undefined && typeof exported !== 'function') return exported
  const found = exported === undefined ? `no default export${besides(module)}` : 'a function as the default export'
  throw brokenFile(file, `found ${found}, allowed one topology or an array: export default defineTopology(...)`)
}

/** Node ends without a word, and with 0, when all that is left is a promise that nothing can settle any more. */
async function settled<T>(file: string, loading: Promise<T>): Promise<T> {
  let stuck = (): void => undefined
  const never = new Promise<never>((_, reject) => {
    stuck = () => reject(brokenFile(file, 'it waits for a promise that never settles'))
  })
  process.once('beforeExit', stuck)
  try {
    return await Promise.race([loading, never])
  } finally {
    process.removeListener('beforeExit', stuck)
  }
}

/** What a file exports under names, for somebody who looks for it. */
function besides(module: unknown): string {
  const names = Object.keys(module as object).filter((name) => name !== 'default')
  return names.length === 0 ? '' : ` beside ${names.join(', ')}`
}

/** The user's own folder and none that others may write to, because what is in it is run. */
const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cul8er', 'jiti')

/** A CommonJS file exports the thing itself; a file that exports nothing is an empty one of these. */
function defaultExport(module: unknown): unknown {
  const exports = module as { default?: unknown; __esModule?: boolean } | null
  if (exports?.__esModule === true) return exports.default
  return exports?.default ?? (isDeepStrictEqual(module, {}) ? undefined : module)
}

function failure(file: string, error: unknown, exported: readonly string[]): Cul8erError {
  if (error instanceof Cul8erError) return error
  const message = notExported(messageOf(error), exported)
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [place, line] = placeIn(`${message}\n${stack}`)
  const [reason = message] = message.split('\n')
  return brokenFile(place ?? file, reason.trim(), { cause: error, ...(line === undefined ? {} : { line }) })
}

/** What a compiler makes of the call of an import that does not exist, as what it means. */
function notExported(message: string, exported: readonly string[]): string {
  const [, name] = /^\(0 , _cul8er\.(\w+)\) is not a function/.exec(message) ?? []
  if (name === undefined) return message
  const meant = nearest(name, exported)
  return `cul8er has no ${name}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`
}

/** The first file and line that are the user's own: in the message of a syntax error, else the top of the stack. */
function placeIn(text: string): [file: string, line: number] | [] {
  const places = text.matchAll(/(?:file:\/\/)?((?:[A-Za-z]:)?[/\\][^\s():]*\.[cm]?[jt]s):(\d+)/g)
  for (const [, file = '', line] of places) if (!/[/\\]node_modules[/\\]/.test(file)) return [file, Number(line)]
  return []
}
