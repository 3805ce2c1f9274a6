import { join } from 'node:path'
import { SEARCH_ATTRIBUTES } from '../contracts/index.js'
import { serverEnvironment, serviceEnvironment } from '../processes/environment.js'
import { distFolder } from './build-stamp.js'
import type { ServicePaths } from './paths.js'
import type { Ports } from './ports.js'

/** How to start one part of the service. */
export interface PartCommand {
  file: string
  args: string[]
  /** All of it. */
  env: Record<string, string>
}

/**
 * Dynamic configuration of the server. The poll rates are per shard; the server's own default of 20 lets one workflow start ten
 * activities a second, and the dev server has one shard: with these 100 activities in sequence took 1.5 s instead of 10 s.
 * Standalone activities are what `plan` and `status` are, so that they leave nothing in the list of workflows.
 * Nobody here speaks the HTTP API. A web page can: a POST of plain text from another origin starts a workflow. It is open on every
 * dev server, at a port of its own choice, so that it is closed by a host name that nobody can have.
 */
export const SERVER_SETTINGS = {
  'history.transferProcessorMaxPollRPS': 1000,
  'history.timerProcessorMaxPollRPS': 1000,
  'activity.enableStandalone': true,
  'frontend.httpAllowedHosts': ['nobody.invalid'],
} as const

/** The server's arguments for settings. Values are JSON, lists too. */
export const settingArguments = (settings: Record<string, unknown>): string[] =>
  Object.entries(settings).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`])

/** Temporal's dev server: SQLite, on loopback alone. */
export function temporalCommand(binary: string, paths: ServicePaths, { port, uiHost, uiPort }: Ports): PartCommand {
  return {
    file: binary,
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--db-filename', paths.database],
      ...['--port', String(port), '--ui-ip', uiHost, '--ui-port', String(uiPort)],
      '--ui-disable-news-fetch',
      ...['--log-level', 'warn', '--log-format', 'json'],
      ...settingArguments(SERVER_SETTINGS),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, type]) => ['--search-attribute', `${key}=${type}`]),
    ],
    // A profile of the user's names another server.
    env: { ...serverEnvironment(process.env), TEMPORAL_CONFIG_FILE: '/dev/null', TEMPORAL_PROFILE: '' },
  }
}

/** The worker that serves this home. */
export function workerCommand(paths: ServicePaths, { port }: Ports): PartCommand {
  return {
    file: process.execPath,
    args: ['--enable-source-maps', join(distFolder, 'workers', 'main.js')],
    env: {
      ...serviceEnvironment(process.env),
      CUL8ER_HOME: paths.home,
      CUL8ER_SUPERVISOR_PID: String(process.pid),
      TEMPORAL_ADDRESS: `127.0.0.1:${port}`,
      TEMPORAL_NAMESPACE: 'default',
      TEMPORAL_CONFIG_FILE: '/dev/null',
    },
  }
}
