import { overAttempts, type Attempt } from './attempts.js'
import { minimalEnvironment, runClient } from './client.js'
import { dial } from './dial.js'
import type { HostExecutor } from './executor.js'
import { launchByRest } from './launch-by-rest.js'
import { readByRest } from './read-by-rest.js'
import type { ReadOptions } from './rest.js'
import { send } from './send.js'
import { readOverSocket, socketOf } from './socket.js'

export interface LocalOptions {
  host: string
  /** The Incus client; default `incus` on PATH. */
  client?: string
  /** Beyond the minimum that the client needs. */
  env?: Record<string, string>
}

/** Runs Incus commands on this machine. What they only read, and launches, go over Incus's socket, unless the client is another one. */
export function createLocalExecutor({ host, client, env = {} }: LocalOptions): HostExecutor {
  const environment = { ...minimalEnvironment(), ...env }
  const way = { socketPath: socketOf(environment) }
  const ask = (path: string, options: ReadOptions) => readOverSocket(way, path, options)
  const run: Attempt = (command, options) => runClient(client ?? 'incus', environment, command, options)

  return {
    host,
    ...overAttempts(
      client === undefined
        ? async (command, options) =>
            (await readByRest(ask, command, options)) ??
            (await launchByRest(way, command, options)) ??
            run(command, options)
        : run,
    ),
    connect: dial,
    way: async () => ({ kind: 'socket', path: socketOf(environment) }),
    request: (request) => send(host, { agent: false, socketPath: socketOf(environment) }, request),
    close: async () => {},
  }
}
