import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Cul8erError } from '../errors.js'
import type { Topology } from '../topology/model.js'
import { parseTopologies } from '../topology/parse.js'
import type { SourceMap } from '../topology/problem.js'
import { brokenFile, invalidTopology } from './errors.js'

/**
 * The topologies of a file, checked and normalised. A reader is loaded when a file needs it, because commands are short.
 * @throws Cul8erError INVALID_TOPOLOGY with all problems of the file; USAGE when it cannot be read
 */
export async function loadTopologies(file: string): Promise<Topology[]> {
  const { value, source } = await read(file).catch((error: unknown) => {
    // A parser that runs out of stack in a hostile file.
    throw error instanceof RangeError ? brokenFile(file, 'nested too deep', { cause: error }) : error
  })
  const result = parseTopologies(value)
  if (result.ok) return result.topologies
  const placed = source === undefined ? result : parseTopologies(value, await source())
  throw invalidTopology(file, placed.ok ? result.problems : placed.problems)
}

/** What a file holds; where, only when somebody asks. */
interface Content {
  value: unknown
  source?: () => SourceMap | Promise<SourceMap>
}

async function read(file: string): Promise<Content> {
  const ending = extname(file)
  if (ending === '.json') return (await import('./json.js')).readJson(await textOf(file), file)
  if (ending === '.yaml' || ending === '.yml') {
    const { value, source } = (await import('./yaml.js')).readYaml(await textOf(file), file)
    return { value, source: () => source }
  }
  return { value: await (await import('./code.js')).readCode(file) }
}

async function textOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Cul8erError('USAGE', `cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  })
  return text.replace(/^\uFEFF/, '')
}
