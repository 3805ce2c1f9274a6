import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The folder that holds the build, `dist` in a checkout and in a package; also for a test, which runs from the sources. */
export const distFolder: string = import.meta.url.endsWith('.ts') ? join(root, 'dist') : root

/**
 * When this build came here, ISO time: a service of an older build hands over to a newer one, never the other way round, so
 * that two checkouts with one home do not take it from each other with every command.
 */
export function buildStamp(dist: string = distFolder): string {
  const times = MARKS.map((file) => changed(join(dist, file)))
  return new Date(Math.max(0, ...times)).toISOString()
}

const MARKS = ['build.json', 'workers/main.js']

// The time of change and not of modification: files from a package come with the same modification time in every version.
function changed(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0
}
