import * as z from 'zod'
import { port, section } from '../../topology/schema/words.js'
import type { ProbeKind } from './kind.js'

export interface TcpProbe {
  kind: 'tcp'
  port: number
}

/** A connection that opens is all that is asked. */
export const tcp = {
  kind: 'tcp',
  written: {
    by: 'endpoint',
    schemes: { tcp: null },
    form: 'tcp://localhost:PORT',
    read: ({ port, path }) => (/^\/?$/.test(path) ? { kind: 'tcp', port } : null),
    write: ({ port }) => ({ endpoint: `tcp://localhost:${port}` }),
  },
  options: {},
  normalised: section({ kind: z.literal('tcp'), port: port() }),
  asked: {
    from: 'network',
    port: ({ port }) => port,
    ask: async ({ port }, network) => {
      await network.connect(port)
      return { outcome: 'ok', message: 'connected' }
    },
    askInside: async ({ port }, inside) =>
      (await inside.listens(port))
        ? { outcome: 'ok', message: 'connected' }
        : { outcome: 'failure', message: `no answer on port ${port}` },
  },
} satisfies ProbeKind<TcpProbe>
