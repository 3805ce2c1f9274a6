import type { IncusCommand } from './command.js'
import { operands } from './words.js'

export interface QueryOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON; it is in the process list of the host, so no secret. */
  data?: unknown
  /** Wait for the operation that the call starts. */
  wait?: boolean
}

/** Incus's REST API through the client, for what has no command of its own. `path` begins with `/1.0`. */
export const query = (path: string, { method = 'GET', data, wait }: QueryOptions = {}): IncusCommand => ({
  args: [
    'query',
    ...(method === 'GET' ? [] : [`--request=${method}`]),
    ...(data === undefined ? [] : [`--data=${JSON.stringify(data)}`]),
    ...(wait ? ['--wait'] : []),
    ...operands(path),
  ],
})

/** What the host runs and can run; read it with parseServer. */
export const serverInfo = (): IncusCommand => query('/1.0')

/** Processors and memory of the host; read it with parseHostResources. */
export const hostResources = (): IncusCommand => query('/1.0/resources')

/** What Incus found wanting on the host; read it with parseWarnings. */
export const hostWarnings = (): IncusCommand => query('/1.0/warnings?recursion=1')
