import { Cul8erError } from '../errors.js'
import type { Problem } from '../topology/problem.js'

/** All problems of a file as one error: a line each, `file:line  key.path: found X, allowed Y (did you mean Z?)`. */
export function invalidTopology(file: string, problems: Problem[]): Cul8erError {
  const lines = problems.map(({ path, line, message }) => {
    const place = line === undefined ? file : `${file}:${line}`
    return `${place}  ${path === '' ? '' : `${path}: `}${message}`
  })
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  return new Cul8erError('INVALID_TOPOLOGY', `${count} in ${file}\n${lines.join('\n')}`, {
    hint: '`cul8er schema` prints what a topology file may hold',
    details: { file, problems },
  })
}

/** A file that could not be read as what its ending says. */
export function brokenFile(file: string, found: string, options: { line?: number; cause?: unknown } = {}): Cul8erError {
  const { line, cause } = options
  const place = line === undefined ? file : `${file}:${line}`
  return new Cul8erError('INVALID_TOPOLOGY', `${place}  ${found}`, {
    cause,
    hint: 'fix the file; cul8er validate checks it',
    details: { file, ...(line === undefined ? {} : { line }) },
  })
}
