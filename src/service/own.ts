import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs'
import { Cul8erError } from '../errors.js'
import { modeHint } from './home-folder.js'

/**
 * That a home is of the user who asks, and that nobody else can put anything into it: what lies there is read as that user's own
 * word, the key that opens secrets above all. A home that is not there yet is fine.
 * @throws Cul8erError USAGE for a file, PERMISSION
 */
export function refuseForeignHome(home: string): void {
  const found = lookAt(home)
  if (found === undefined) return
  if (!found.isDirectory()) {
    throw new Cul8erError('USAGE', `the home ${home} is a file, and has to be a folder`, {
      hint: 'set CUL8ER_HOME to a folder, or to a path where there is nothing yet',
    })
  }
  const problem = foreign(found, process.getuid?.())
  if (problem === null) return
  throw new Cul8erError('PERMISSION', `the home ${home} ${problem}`, {
    hint: isWritableByOthers(found)
      ? modeHint(home, readdirSync(home))
      : 'set CUL8ER_HOME to a folder of your own, or run the command as the user it belongs to',
  })
}

function lookAt(home: string): Stats | undefined {
  try {
    return statSync(home, { throwIfNoEntry: false })
  } catch (error) {
    throw notUsable(home, error)
  }
}

/** A home that this user cannot reach, make or write to. */
export function notUsable(home: string, error: unknown): Cul8erError {
  const { code = String(error) } = error as NodeJS.ErrnoException
  return new Cul8erError('USAGE', `the home ${home} cannot be used (${code})`, {
    hint: 'set CUL8ER_HOME to a folder that you may write to',
    cause: error,
  })
}

/**
 * The text of a file in a home; null when there is none.
 * @throws Cul8erError PERMISSION for a link, for what is no regular file, and for one of somebody else or that others can write
 */
export function readOwn(file: string): string | null {
  const descriptor = openOwn(file)
  if (descriptor === null) return null
  try {
    const found = fstatSync(descriptor)
    const problem = found.isFile() ? foreign(found, process.getuid?.()) : 'is not a regular file'
    if (problem !== null) throw refused(file, problem)
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/** Why something cannot be taken for the user's own; null: it can. */
export function foreign(found: Pick<Stats, 'uid' | 'mode'>, uid: number | undefined): string | null {
  if (uid === undefined) return null
  if (found.uid !== uid) return `belongs to user ${found.uid}, and this is user ${uid}`
  return isWritableByOthers(found) ? `can be written by others (mode ${(found.mode & 0o777).toString(8)})` : null
}

/** Whether others than its owner can change what is in it. */
export const isWritableByOthers = ({ mode }: Pick<Stats, 'mode'>): boolean => (mode & 0o022) !== 0

function openOwn(file: string): number | null {
  try {
    return openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw refused(file, code === 'ELOOP' ? 'is a link' : `cannot be read (${code})`)
  }
}

const refused = (file: string, problem: string): Cul8erError =>
  new Cul8erError('PERMISSION', `${file} ${problem}`, {
    hint: 'cul8er writes this file itself; remove it if it is not yours',
  })
