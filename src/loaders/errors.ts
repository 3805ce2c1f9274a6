import { isAbsolute, relative } from 'node:path'
import { Cul8erError } from '../errors.js'
import type { Problem } from '../topology/problem.js'

/** All problems of a file as one error: a line each, `file:line  key.path: found X, allowed Y (did you mean Z?)`. */
export function invalidTopology(file: string, problems: Problem[]): Cul8erError {
  const shown = shortPath(file)
  const lines = problems.map(({ path, line, message }) => {
    const place = line === undefined ? shown : `${shown}:${line}`
    return `${place}  ${path === '' ? '' : `${path}: `}${message}`
  })
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  return new Cul8erError('INVALID_TOPOLOGY', `${count} in ${shown}\n${lines.join('\n')}`, {
    hint: '`cul8er schema` prints what a topology file may hold',
    details: { file, problems },
  })
}

/** A file that could not be read as what its ending says. */
export function brokenFile(file: string, found: string, options: { line?: number; cause?: unknown } = {}): Cul8erError {
  const { line, cause } = options
  const shown = shortPath(file)
  const place = line === undefined ? shown : `${shown}:${line}`
  return new Cul8erError('INVALID_TOPOLOGY', `${place}  ${found}`, {
    cause,
    hint: 'fix the file; cul8er validate checks it',
    details: { file, ...(line === undefined ? {} : { line }) },
  })
}

/** As it is called from the working folder: before each of many lines a whole path hides what the line says. */
function shortPath(file: string): string {
  const near = relative(process.cwd(), file)
  return near === '' || near.startsWith('..') || isAbsolute(near) ? file : near
}
