import type { Problem, SourceMap } from '../topology/problem.js'
import { invalidTopology } from './errors.js'

/**
 * JSON. The parser that knows lines is loaded only when there is something to say about one.
 * @throws Cul8erError INVALID_TOPOLOGY with the line where it stops being JSON, and of keys that are there twice
 */
export async function readJson(
  text: string,
  file: string,
): Promise<{ value: unknown; source: () => Promise<SourceMap> }> {
  const map = async () => (await import('./yaml.js')).mapJson(text)
  const value = await parse(text).catch(async (error: SyntaxError) => {
    throw invalidTopology(file, [notJson(error, text, (await map()).errors[0]?.line)])
  })
  if (keysWritten(text) !== keysRead(value)) {
    const twice = (await map()).errors.filter(({ code }) => code === 'DUPLICATE_KEY')
    if (twice.length > 0) {
      throw invalidTopology(
        file,
        twice.map(({ code: _, ...problem }) => problem),
      )
    }
  }
  return { value, source: async () => (await map()).source }
}

const parse = async (text: string): Promise<unknown> => JSON.parse(text)

function notJson({ message }: SyntaxError, text: string, nearby: number | undefined): Problem {
  const position = /at position (\d+)/.exec(message)?.[1]
  const line = position === undefined ? nearby : text.slice(0, Number(position)).split('\n').length
  // Newer messages quote the file, which may hold what nobody should read.
  const reason = message.replace(/, \.*".*$/s, '').replace(/ in JSON at position.*$/s, '')
  return { path: '', line, found: reason, allowed: 'JSON', message: `not valid JSON: ${reason}` }
}

/** In JSON a string before a colon is a key, and nothing else is. */
const keysWritten = (text: string): number =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length

/** A key that is there twice is read once. */
function keysRead(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((total, inner) => total + keysRead(inner), own)
}
