import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generatedPositionFor, TraceMap } from '@jridgewell/trace-mapping'

/**
 * Adds what services, workers and emulated hosts executed in processes of their own (a command runs a bundle without a map), as V8 wrote it down for the files of dist, to a coverage
 * map of their sources: a statement is executed where V8 counted the code that it became.
 */
export function addChildren(root, folder, coverage) {
  const statements = new Map()
  const placesOf = (script) => {
    if (!statements.has(script)) statements.set(script, places(root, script, coverage))
    return statements.get(script)
  }
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    const report = parse(join(folder, file))
    for (const { url, functions } of report?.result ?? []) {
      const script = url.startsWith('file:') ? fileURLToPath(url) : ''
      if (!script.startsWith(join(root, 'dist') + sep)) continue
      const known = placesOf(script)
      if (known === null) continue
      // Innermost last, so that the last range around a place is the one that counts.
      const ranges = functions
        .flatMap((f) => f.ranges)
        .sort((a, b) => b.endOffset - b.startOffset - (a.endOffset - a.startOffset))
      for (const { id, offset } of known.places) {
        const count = ranges.findLast((r) => r.startOffset <= offset && offset < r.endOffset)?.count ?? 0
        known.file.s[id] += count
      }
    }
  }
}

/** Where in a script of dist the statements of its source are; null for a script that is not counted. */
function places(root, script, coverage) {
  const source = resolve(root, relative(join(root, 'dist'), script).replace(/\.js$/, '.ts'))
  const file = coverage[source]
  if (file === undefined || !existsSync(`${script}.map`)) return null
  const map = new TraceMap(readFileSync(`${script}.map`, 'utf8'))
  const name = map.sources.find((each) => resolve(dirname(script), each ?? '') === source)
  if (name === undefined) return null
  const lines = lineStarts(readFileSync(script, 'utf8'))
  const found = Object.entries(file.statementMap).flatMap(([id, { start }]) => {
    const at = generatedPositionFor(map, { source: name, line: start.line, column: start.column })
    return at.line === null ? [] : [{ id, offset: lines[at.line - 1] + at.column }]
  })
  return { file, places: found }
}

const lineStarts = (text) => [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]

// A process that was killed while it wrote leaves half a file.
function parse(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
