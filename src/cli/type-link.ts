import { existsSync, lstatSync } from 'node:fs'
import { mkdir, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { distFolder } from '../service/build-stamp.js'

/**
 * How TypeScript finds the types of `cul8er` from a folder: they are there, a link to the running package was made, or this cul8er comes
 * without types.
 */
export type TypeLink = 'found' | 'linked' | 'none'

/**
 * Editors and tsc look for `cul8er` in the node_modules of a folder and of those above it, and not where a global installation is. Where
 * they would find nothing, a link leads to the package that is running; `npm install cul8er` puts its own in its place.
 */
export async function linkTypes(folder: string, dist: string = distFolder): Promise<TypeLink> {
  if (foldersUpFrom(folder).some((each) => existsSync(join(each, LINK)) || each === dirname(dist))) return 'found'
  if (!existsSync(join(dist, 'src', 'index.d.ts'))) return 'none'
  const link = join(folder, LINK)
  await mkdir(dirname(link), { recursive: true })
  // One that leads nowhere: the package has moved.
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() === true) await rm(link)
  await symlink(dirname(dist), link, 'dir')
  return 'linked'
}

const LINK = join('node_modules', 'cul8er')

function foldersUpFrom(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersUpFrom(above)]
}
