import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { Cul8erError } from '../../errors.js'
import { readRegular, Unreadable } from '../../files/read-regular.js'
import { matchesWildcard } from './wildcard.js'

/** Lines of OpenSSH's configuration that belong together. */
export interface ConfigPart {
  /** The lines `Host …` and `Match …` that a file was included below, from the outermost: the part counts where all of them are met. */
  within: readonly string[]
  /** It begins with a line `Host …` or `Match …`. */
  text: string
}

/**
 * OpenSSH's configuration: the user's before that of the machine, because the first value wins, with what they include in its place. A file
 * that is not there says nothing.
 * @throws Cul8erError PERMISSION for a file that cannot be read, or that others can write: whoever writes it says which host keys are known
 */
export async function configParts(home: string, system = '/etc/ssh/ssh_config'): Promise<ConfigPart[]> {
  return [
    ...(await withIncludes(join(home, '.ssh', 'config'), { home, within: [], depth: 0, own: true })),
    ...(await withIncludes(system, { home, within: [], depth: 0, own: false })),
  ]
}

const LIMIT_BYTES = 1024 * 1024
// As in OpenSSH.
const MOST_DEPTH = 16
const EVERYWHERE = 'Host *'

interface Reading {
  home: string
  within: readonly string[]
  depth: number
  /** Not that of the machine, which its administrator answers for. */
  own: boolean
}

async function withIncludes(path: string, { home, within, depth, own }: Reading): Promise<ConfigPart[]> {
  const parts: ConfigPart[] = []
  let block = EVERYWHERE
  let lines = [block]
  const end = (): void => void parts.push({ within, text: lines.join('\n') })
  for (const line of (await textOf(path, own)).split(/\r?\n/)) {
    if (/^\s*(host|match)[\s=]/i.test(line)) block = line
    const [, named] = /^\s*include[\s=]+(.+)$/i.exec(line) ?? []
    if (named === undefined || depth >= MOST_DEPTH) {
      lines.push(line)
      continue
    }
    end()
    const files = await Promise.all(
      named
        .trim()
        .split(/\s+/)
        .map((each) => matching(unquoted(each), dirname(path), home)),
    )
    const below = block === EVERYWHERE ? within : [...within, block]
    for (const file of files.flat())
      parts.push(...(await withIncludes(file, { home, within: below, depth: depth + 1, own: true })))
    // What follows belongs to the block that the line stood in, and not to the last one of the file.
    lines = [block]
  }
  end()
  return parts
}

/** Of several files, those that a name with wildcards means, in the order of their names. */
async function matching(named: string, beside: string, home: string): Promise<string[]> {
  const path = resolve(beside, named.replace(/^~(?=\/)/, home))
  if (!/[*?]/.test(basename(path))) return [path]
  const names = await readdir(dirname(path)).catch(() => [])
  return names
    .filter((name) => matchesWildcard(basename(path), name))
    .sort()
    .map((name) => join(dirname(path), name))
}

const unquoted = (word: string): string => word.replace(/^"(.*)"$/, '$1')

async function textOf(path: string, own: boolean): Promise<string> {
  try {
    const text = (await readRegular(path, LIMIT_BYTES)).toString('utf8')
    const problem = own ? notOwn(await stat(path)) : null
    if (problem === null) return text
    throw notUsed(path, problem, `run \`chmod go-w ${path}\`, and \`chown\` where it belongs to somebody else`)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ''
    throw notUsed(path, error.message, 'make it a file that the user of the worker can read, or remove it')
  }
}

/** Why others decide what a file says; null: they do not. Of the user or of root, as in OpenSSH; and as in Debian's a group of the user's own is nobody else. */
function notOwn({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string | null {
  if (uid !== 0 && uid !== process.getuid?.()) return `belongs to user ${uid}`
  const others = gid === uid ? 0o002 : 0o022
  return (mode & others) === 0 ? null : 'can be written by others'
}

const notUsed = (path: string, why: string, hint: string): Cul8erError =>
  new Cul8erError('PERMISSION', `the SSH configuration ${path} is not used: it ${why}`, { hint })
