import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import type { ConnectionPlugin } from '@temporalio/client'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { interceptors } from '../../src/client/interceptors.js'
import { SEARCH_ATTRIBUTES } from '../../src/contracts/index.js'
import { SERVER_SETTINGS, settingArguments } from '../../src/service/parts.js'
import { signing } from './signing.js'

/** The Temporal binary that the set-up found or built (scripts/setup/temporal). */
export function temporalBinary(): string {
  const path = process.env.TEMPORAL_CLI ?? join(homedir(), '.cache', 'cul8er', 'bin', 'temporal-1.8.2')
  if (!existsSync(path)) throw new Error(`no Temporal binary at ${path}: run scripts/setup/temporal`)
  return path
}

/** Ends what a test has left open when its connection is closed, instead of throwing in a timer. */
export const closable: ConnectionPlugin = {
  name: 'closable',
  configureConnection: (options) => ({ ...options, interceptors: interceptors() }),
}

/** A dev server of a test's own, in memory, with the settings of the embedded one, `more` arguments, and other `settings`. */
export function localServer(
  more: string[] = [],
  settings: Partial<Record<keyof typeof SERVER_SETTINGS, number | boolean>> = {},
): Promise<TestWorkflowEnvironment> {
  quiet()
  return TestWorkflowEnvironment.createLocal({
    client: { dataConverter: signing('command') },
    plugins: [closable],
    server: {
      executable: { type: 'existing-path', path: temporalBinary() },
      log: { format: 'json', level: 'error' },
      extraArgs: [
        ...settingArguments({ ...SERVER_SETTINGS, ...settings }),
        ...more,
        ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([key, type]) => ['--search-attribute', `${key}=${type}`]),
      ],
    },
  })
}

/** Activities that fail are what many tests are about; the SDK would tell of each attempt. */
export function quiet(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') })
  } catch {
    // Set up already in this process.
  }
}
