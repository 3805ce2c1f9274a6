import { accessSync, constants, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { notUsable, refuseForeignHome } from './own.js'

/** Where one embedded service keeps everything; two homes know nothing of each other. */
export interface ServicePaths {
  home: string
  /** What runs, for commands and for the next supervisor. */
  record: string
  /** Temporal's SQLite file. */
  database: string
  logs: string
  locks: string
  /** State and socket of emulated hosts. */
  emulator: string
}

/** `$CUL8ER_HOME`, else `$XDG_STATE_HOME/cul8er`, else `~/.local/state/cul8er`. */
export function serviceHome(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CUL8ER_HOME) return resolve(env.CUL8ER_HOME)
  return join(env.XDG_STATE_HOME ? resolve(env.XDG_STATE_HOME) : join(homedir(), '.local', 'state'), 'cul8er')
}

export function servicePaths(home: string = serviceHome()): ServicePaths {
  return {
    home,
    record: join(home, 'service.json'),
    database: join(home, 'temporal.db'),
    logs: join(home, 'logs'),
    locks: join(home, 'locks'),
    emulator: join(home, 'emulator'),
  }
}

/**
 * Makes the folders, readable by their owner alone: the database holds what topologies say.
 * @throws Cul8erError PERMISSION for a home of somebody else, or that others can write; USAGE for one that cannot be written to
 */
export function makeFolders(paths: ServicePaths): void {
  refuseForeignHome(paths.home)
  try {
    for (const folder of [paths.home, paths.logs, paths.locks]) mkdirSync(folder, { recursive: true, mode: 0o700 })
    // A folder that is there already says nothing about what may be written in it.
    accessSync(paths.home, constants.W_OK)
  } catch (error) {
    throw notUsable(paths.home, error)
  }
}

/** Log of `service` (the supervisor's own), `temporal` or `worker`. */
export const logFile = (paths: ServicePaths, part: ServicePart): string => join(paths.logs, `${part}.log`)

export const SERVICE_PARTS = ['service', 'temporal', 'worker'] as const
export type ServicePart = (typeof SERVICE_PARTS)[number]
