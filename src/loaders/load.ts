import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Cul8erError, messageOf } from '../errors.js'
import type { Topology } from '../topology/model.js'
import { parseTopologies } from '../topology/parse.js'
import type { SourceMap } from '../topology/problem.js'
import { brokenFile, invalidTopology } from './errors.js'

/**
 * The topologies of a file, checked and normalised. A reader is loaded when a file needs it, because commands are short.
 * @throws Cul8erError INVALID_TOPOLOGY with all problems of the file; USAGE when it cannot be read
 */
export async function loadTopologies(file: string): Promise<Topology[]> {
  // A parser that runs out of stack in a hostile file.
  const tooDeep = (error: unknown): never => {
    throw error instanceof RangeError ? brokenFile(file, 'nested too deep', { cause: error }) : error
  }
  const { value, located } = await read(file).catch(tooDeep)
  const result = parseTopologies(value)
  if (result.ok) return result.topologies
  if (located === undefined) throw invalidTopology(file, result.problems)
  const careful = await located().catch(tooDeep)
  const placed = parseTopologies(careful.value, careful.source)
  if (placed.ok) return placed.topologies
  throw invalidTopology(file, placed.problems)
}

/** What a file holds; with the places of what it holds only when there is a problem to place. */
interface Content {
  value: unknown
  located?: () => Promise<{ value: unknown; source: SourceMap }>
}

async function read(file: string): Promise<Content> {
  const ending = extname(file)
  if (ending === '.json') {
    const { value, source } = await (await import('./json.js')).readJson(await textOf(file), file)
    return { value, located: async () => ({ value, source: await source() }) }
  }
  if (ending === '.yaml' || ending === '.yml') {
    const text = await textOf(file)
    const located = async () => (await import('./yaml.js')).readYaml(text, file)
    const quick = (await import('./quick-yaml.js')).quickYaml(text)
    return quick === null ? { value: (await located()).value, located } : { ...quick, located }
  }
  return { value: await (await import('./code.js')).readCode(file) }
}

async function textOf(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Cul8erError('USAGE', `cannot read ${file}: ${messageOf(cause)}`, {
      cause,
    })
  })
  return text.replace(/^\uFEFF/, '')
}
