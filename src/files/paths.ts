import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** `~` and `~/…` as the home folder of whoever runs this. */
export const expandHome = (path: string): string =>
  path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(2)) : path

/**
 * A path of a topology file: relative to that file, and `~` is expanded.
 *
 * @param directory - the folder of the topology file
 */
export const besideTopology = (directory: string, path: string): string => resolve(directory, expandHome(path))
