import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { distFolder } from '../service/build-stamp.js'

/** Folder that holds a recipe for each of our images. */
const folder = join(distFolder, '..', 'images')

/** Names of the images that this version of cul8er can build; none where its recipes are not installed. */
export async function recipeNames(): Promise<string[]> {
  const folders = await readdir(folder).catch(() => [])
  return folders.filter((name) => existsSync(join(folder, name, 'recipe'))).sort()
}
