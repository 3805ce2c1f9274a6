import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Cul8erError } from '../errors.js'
import { setupScript } from './setup-script.js'

/**
 * Path of the Temporal server's binary: `$TEMPORAL_CLI`, `temporal` on PATH, our cache, else what the set-up script brings
 * (minutes, the first time, with its progress on standard error).
 * @throws Cul8erError SERVICE when there is none and none can be brought
 */
export async function temporalBinary(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return findTemporal(env) ?? (await bringTemporal(env))
}

/**
 * The binary where it is already, or null.
 * @throws Cul8erError SERVICE when `$TEMPORAL_CLI` names nothing that can be run
 */
export function findTemporal(env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.TEMPORAL_CLI) {
    if (isExecutable(env.TEMPORAL_CLI)) return env.TEMPORAL_CLI
    throw new Cul8erError('SERVICE', `TEMPORAL_CLI is ${env.TEMPORAL_CLI}, which cannot be run`, {
      hint: 'set it to the path of the Temporal CLI, or unset it',
    })
  }
  return onPath(env.PATH ?? '') ?? newestCached(cacheFolder(env))
}

const onPath = (path: string): string | null =>
  path
    .split(delimiter)
    .map((folder) => join(folder, 'temporal'))
    .find(isExecutable) ?? null

const cacheFolder = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache'), 'cul8er', 'bin')

function newestCached(folder: string): string | null {
  if (!existsSync(folder)) return null
  const name = readdirSync(folder)
    .filter((entry) => /^temporal-\d+(\.\d+)*$/.test(entry))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .find((entry) => isExecutable(join(folder, entry)))
  return name === undefined ? null : join(folder, name)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function bringTemporal(env: NodeJS.ProcessEnv): Promise<string> {
  const script = setupScript('temporal')
  const hint = 'install the Temporal CLI (https://docs.temporal.io/cli), or set TEMPORAL_CLI to its path'
  if (!existsSync(script)) throw new Cul8erError('SERVICE', 'there is no Temporal server on this machine', { hint })
  // Loaded here: commands that find the binary are quicker without it.
  const { execa } = await import('execa')
  try {
    const { stdout } = await execa(script, { env, stdin: 'ignore', stderr: 'inherit' })
    return findTemporal(env) ?? stdout.trim().split('\n').at(-1) ?? ''
  } catch (cause) {
    throw new Cul8erError('SERVICE', 'the Temporal server could not be downloaded', { hint, cause })
  }
}
