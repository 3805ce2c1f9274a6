import { join } from 'node:path'
import { SEARCH_ATTRIBUTES } from '../contracts/index.js'
import { distFolder } from './build-stamp.js'
import type { ServicePaths } from './paths.js'
import type { Ports } from './ports.js'

/** How to start one part of the service. */
export interface PartCommand {
  file: string
  args: string[]
  env: Record<string, string>
}

/**
 * Per shard; the server's own default of 20 lets one workflow start ten activities a second, and the dev server has one shard.
 * With this value 100 activities in sequence took 1.5 s instead of 10 s.
 */
const POLL_RATE = 1000

/** Temporal's dev server: SQLite, on loopback alone. */
export function temporalCommand(binary: string, paths: ServicePaths, { port, uiPort }: Ports): PartCommand {
  const settings = ['history.transferProcessorMaxPollRPS', 'history.timerProcessorMaxPollRPS']
  return {
    file: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--db-filename', paths.database],
      ...['--port', String(port), '--ui-port', String(uiPort), '--ui-disable-news-fetch'],
      ...['--log-level', 'warn', '--log-format', 'json'],
      ...settings.flatMap((key) => ['--dynamic-config-value', `${key}=${POLL_RATE}`]),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, type]) => ['--search-attribute', `${key}=${type}`]),
    ],
    // A profile of the user's names another server.
    env: { TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_PROFILE: '' },
  }
}

/** The worker that serves this home. */
export function workerCommand(paths: ServicePaths, { port }: Ports): PartCommand {
  return {
    file: process.execPath,
    args: ['--enable-source-maps', join(distFolder, 'workers', 'main.js')],
    env: {
      CUL8ER_HOME: paths.home,
      CUL8ER_SUPERVISOR_PID: String(process.pid),
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_CONFIG_FILE: '/dev/null',
    },
  }
}
