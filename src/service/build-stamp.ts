import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds this build: `dist` in a checkout and in a package. */
export const distFolder: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/**
 * When this build was made, ISO time: a service of an older build hands over to a newer one, never the other way round, so
 * that two checkouts with one home do not take it from each other with every command.
 */
export function buildStamp(dist: string = distFolder): string {
  const times = MARKS.map((file) => modified(join(dist, file)))
  return new Date(Math.max(0, ...times)).toISOString()
}

const MARKS = ['build.json', '.stamp', 'workers/main.js', 'src/service/main.js']

function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
