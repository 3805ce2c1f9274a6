import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { Cul8erError } from '../errors.js'
import { nearest } from '../topology/nearest.js'

/** Endings of a topology file, in the order in which they are looked for. */
export const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '.yaml', '.yml', '.json'] as const

const NAME = 'cul8er.config'

/**
 * The topology file as an absolute path: the one that was asked for, or `cul8er.config` with the first ending there is in
 * the working folder.
 * @param word - what stands in the place of the topology's name: a file there is meant for `-f`
 * @throws Cul8erError USAGE when there is none
 */
export function findTopologyFile(cwd: string, explicit?: string, word = ''): string {
  return explicit === undefined ? search(cwd, word) : named(resolve(cwd, explicit), explicit)
}

/** Names of the topology files in a folder that are found without `-f`; the first one is read. */
export const topologyFilesIn = (folder: string): string[] =>
  ENDINGS.map((ending) => NAME + ending).filter((name) => existsSync(join(folder, name)))

function search(cwd: string, word: string): string {
  const [found] = topologyFilesIn(cwd)
  if (found !== undefined) return join(cwd, found)
  throw new Cul8erError('USAGE', `no topology file in ${cwd}: looked for ${NAME} with ${ENDINGS.join(', ')}`, {
    hint: isFile(word)
      ? `to name a file, use -f ${word}`
      : '`cul8er init` writes a first one; `-f FILE` names one in another place',
  })
}

/** Whether a word is the path of a topology file. */
export const isFile = (word: string): boolean => ENDINGS.some((ending) => word.endsWith(ending))

function named(file: string, asWritten: string): string {
  if (!existsSync(file)) {
    const near = neighbour(file)
    throw new Cul8erError('USAGE', `no file ${asWritten}${near === undefined ? '' : ` (did you mean ${near}?)`}`, {
      hint: near === undefined ? 'give the path of a topology file with -f' : `-f ${near}`,
      details: { file },
    })
  }
  if (!statSync(file).isFile()) {
    throw new Cul8erError('USAGE', `${asWritten} is not a file`, {
      hint: `-f takes a file; a folder's own topology file is found from within it: cd ${asWritten}`,
      details: { file },
    })
  }
  if (!isFile(file)) {
    throw new Cul8erError('USAGE', `${asWritten} is not a topology file: its name must end in ${ENDINGS.join(', ')}`)
  }
  return file
}

/** The topology file in the same folder whose name comes nearest. */
function neighbour(file: string): string | undefined {
  const folder = dirname(file)
  if (!existsSync(folder)) return undefined
  const files = readdirSync(folder).filter(isFile)
  return nearest(basename(file), files)
}
