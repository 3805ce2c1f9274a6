import { readdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { readRegular, Unreadable } from '../../files/read-regular.js'
import { matchesWildcard } from './wildcard.js'

/**
 * The text of OpenSSH's configuration: the user's before that of the machine, because the first value wins, with what they include in
 * its place. A file that is not there says nothing.
 * @throws Unreadable
 */
export async function configText(home: string, system = '/etc/ssh/ssh_config'): Promise<string> {
  const own = await withIncludes(join(home, '.ssh', 'config'), { home, depth: 0 })
  return `${own}\n${EVERYWHERE}\n${await withIncludes(system, { home, depth: 0 })}`
}

const LIMIT_BYTES = 1024 * 1024
// As in OpenSSH.
const MOST_DEPTH = 16
const EVERYWHERE = 'Host *'

async function withIncludes(path: string, { home, depth }: { home: string; depth: number }): Promise<string> {
  const lines: string[] = []
  let block = EVERYWHERE
  for (const line of (await textOf(path)).split(/\r?\n/)) {
    if (/^\s*(host|match)[\s=]/i.test(line)) block = line
    const [, named] = /^\s*include[\s=]+(.+)$/i.exec(line) ?? []
    if (named === undefined || depth >= MOST_DEPTH) {
      lines.push(line)
      continue
    }
    const files = await Promise.all(
      named
        .trim()
        .split(/\s+/)
        .map((each) => matching(unquoted(each), dirname(path), home)),
    )
    for (const file of files.flat()) lines.push(await withIncludes(file, { home, depth: depth + 1 }))
    // What follows belongs to the block that the line stood in, and not to the last one of the file.
    lines.push(block)
  }
  return lines.join('\n')
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

async function textOf(path: string): Promise<string> {
  try {
    return (await readRegular(path, LIMIT_BYTES)).toString('utf8')
  } catch (error) {
    if (error instanceof Unreadable && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return ''
    throw error
  }
}
