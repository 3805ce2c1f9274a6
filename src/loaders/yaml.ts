import { messageOf } from '../errors.js'
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document, type YAMLError } from 'yaml'
import type { Path, Problem, SourceMap } from '../topology/problem.js'
import { invalidTopology } from './errors.js'

/**
 * YAML: one document, or several that make a list, and where things are in it.
 * @throws Cul8erError INVALID_TOPOLOGY with the line of every syntax error
 */
export function readYaml(text: string, file: string): { value: unknown; source: SourceMap } {
  const { documents, lines } = parseText(text)
  const wrong = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])
  const problems = wrong.map((error) => syntaxProblem(error, lines))
  if (problems.length > 0) throw invalidTopology(file, problems)
  const values = documents.map((document) => plainValue(document, file))
  return { value: values.length > 1 ? values : (values[0] ?? null), source: sourceMap(documents, lines) }
}

/** Where things are in JSON, which is YAML too; and which of its keys are there twice. */
export function mapJson(text: string): { source: SourceMap; errors: (Problem & { code: string })[] } {
  const { documents, lines } = parseText(text)
  const errors = documents.flatMap((document) => document.errors)
  return {
    source: sourceMap(documents, lines),
    errors: errors.map((error) => ({ ...syntaxProblem(error, lines), code: error.code })),
  }
}

function parseText(text: string): { documents: Document.Parsed[]; lines: LineCounter } {
  const lines = new LineCounter()
  return {
    documents: parseAllDocuments(text, { lineCounter: lines, merge: true, prettyErrors: false, logLevel: 'error' }),
    lines,
  }
}

function syntaxProblem({ message, pos }: YAMLError, lines: LineCounter): Problem {
  return {
    path: '',
    line: lineAt(lines, pos[0]),
    found: message,
    allowed: 'YAML',
    message: `not valid YAML: ${message}`,
  }
}

function plainValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const message = messageOf(error)
    throw invalidTopology(file, [
      { path: '', line: 1, found: message, allowed: 'YAML', message: `not valid YAML: ${message}` },
    ])
  }
}

const sourceMap = (documents: Document.Parsed[], lines: LineCounter): SourceMap => ({
  lineOf: (path) => {
    const several = documents.length > 1
    const document = documents[several ? Number(path[0] ?? 0) : 0]
    return document && lineAt(lines, offsetOf(document, several ? path.slice(1) : path))
  },
})

/** Where the key path begins, or the nearest thing around it that is there. */
function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents
  let offset = document.contents?.range[0] ?? document.range[0]
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      if (pair === undefined || !isScalar(pair.key)) break
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      offset = (node as { range?: [number] } | undefined)?.range?.[0] ?? offset
    } else break
  }
  return offset
}

const lineAt = (lines: LineCounter, offset: number): number => lines.linePos(offset).line
