import { join } from 'node:path'
import { distFolder } from './build-stamp.js'

/** The path of a script of scripts/setup, in a checkout and in an installed package: hints name it as it can be run. */
export const setupScript = (name: string): string => join(distFolder, '..', 'scripts', 'setup', name)
