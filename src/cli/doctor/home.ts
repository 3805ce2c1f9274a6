import { constants, type Stats } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { modeHint } from '../../service/home-folder.js'
import { foreign, isWritableByOthers } from '../../service/own.js'
import { serviceHome } from '../../service/paths.js'
import type { Check } from './check.js'

/** The folder that the service keeps everything in. */
export async function home(env: NodeJS.ProcessEnv): Promise<Check> {
  const folder = serviceHome(env)
  const found = await stat(folder).catch(() => null)
  const writable = await access(await existing(folder), constants.W_OK).then(
    () => true,
    () => false,
  )
  if (found === null) {
    return writable
      ? { name: 'home', outcome: 'ok', found: `${folder}, created when needed` }
      : { name: 'home', outcome: 'failure', found: `${folder} cannot be created`, hint: ANOTHER }
  }
  const entries = await readdir(folder).catch(() => [])
  return homeCheck(folder, { isFolder: found.isDirectory(), mode: found.mode, uid: found.uid }, { entries, writable })
}

/** The folder itself, or the nearest one above it that is there. */
export async function existing(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  return isThere || dirname(folder) === folder ? folder : existing(dirname(folder))
}

/** The outcome for a home that is there. @param uid - the user who asks */
export function homeCheck(
  folder: string,
  { isFolder, mode, uid }: Pick<Stats, 'mode' | 'uid'> & { isFolder: boolean },
  { entries, writable, asker = process.getuid?.() }: { entries: readonly string[]; writable: boolean; asker?: number },
): Check {
  const failure = (found: string, hint: string): Check => ({ name: 'home', outcome: 'failure', found, hint })
  if (!isFolder)
    return failure(`${folder} is a file`, 'set CUL8ER_HOME to a folder, or to a path where there is nothing yet')
  const problem = foreign({ mode, uid }, asker)
  if (problem !== null)
    return failure(`${folder} ${problem}`, isWritableByOthers({ mode }) ? modeHint(folder, entries) : ANOTHER)
  if (!writable) return failure(`${folder} cannot be written to`, ANOTHER)
  if ((mode & 0o077) !== 0)
    return {
      name: 'home',
      outcome: 'warning',
      found: `${folder} can be read by others`,
      hint: modeHint(folder, entries),
    }
  return { name: 'home', outcome: 'ok', found: folder }
}

const ANOTHER = 'set CUL8ER_HOME to a folder of your own, or run the command as the user it belongs to'
