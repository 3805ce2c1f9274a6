import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { identify, isAlive, type Identity } from './identity.js'

/**
 * Takes a lock that ends with the process that holds it: there is nothing to release and nothing to leak.
 *
 * Each holder makes the next number, `<name>.<n>`, by a hard link, of which the file system lets one succeed. The
 * highest number counts and is never removed, so that two who find the same dead holder cannot both follow it.
 * @returns null when it is taken, else the identity that holds it
 */
export function takeLock(folder: string, name: string): Identity | null {
  const mine = identify(process.pid)
  if (mine === null) throw new Error('cannot identify this process')
  const draft = join(folder, `.${name}.${process.pid}`)
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (;;) {
      const last = numbers(folder, name).at(-1) ?? 0
      const holder = last === 0 ? null : holderOf(folder, name, last)
      if (holder !== null && isAlive(holder)) return holder
      const next = last + 1
      if (!claim(draft, file(folder, name, next))) continue
      const all = numbers(folder, name)
      // Somebody with an older view of the folder made a number that is passed already.
      if (all.at(-1) !== next) {
        rmSync(file(folder, name, next), { force: true })
        continue
      }
      for (const old of all.slice(0, -1)) rmSync(file(folder, name, old), { force: true })
      return null
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Who holds the lock now; null: nobody. */
export function lockHolder(folder: string, name: string): Identity | null {
  const last = numbers(folder, name).at(-1)
  const holder = last === undefined ? null : holderOf(folder, name, last)
  return holder !== null && isAlive(holder) ? holder : null
}

const file = (folder: string, name: string, number: number): string => join(folder, `${name}.${number}`)

function numbers(folder: string, name: string): number[] {
  const pattern = new RegExp(`^${name}\\.(\\d+)$`)
  return names(folder)
    .flatMap((entry) => pattern.exec(entry)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function holderOf(folder: string, name: string, number: number): Identity | null {
  try {
    return JSON.parse(readFileSync(file(folder, name, number), 'utf8')) as Identity
  } catch {
    return null
  }
}

function claim(draft: string, target: string): boolean {
  try {
    linkSync(draft, target)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
