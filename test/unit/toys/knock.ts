import * as z from 'zod'
import type { ProbeKind } from '../../../src/health/probes/kind.js'
import { port, section, whole } from '../../../src/topology/schema/words.js'

interface Knock {
  kind: 'knock'
  port: number
  times: number
}

/** A toy: healthy when the port takes several connections. */
export const knock = {
  kind: 'knock',
  written: {
    by: 'endpoint',
    schemes: { knock: null },
    form: 'knock://localhost:PORT',
    read: ({ port, path }, { knocks }) =>
      path === '' ? { kind: 'knock', port, times: typeof knocks === 'number' ? knocks : 2 } : null,
    write: ({ port, times }) => ({ endpoint: `knock://localhost:${port}`, knocks: times }),
  },
  options: { knocks: whole(1, 9).optional().describe('How often to knock') },
  normalised: section({ kind: z.literal('knock'), port: port(), times: whole(1, 9) }),
  asked: {
    from: 'network',
    port: ({ port }) => port,
    ask: async ({ port, times }, network) => {
      for (let n = 0; n < times; n += 1) await network.connect(port)
      return { outcome: 'ok', message: `opened ${times} times` }
    },
    askInside: async ({ port }, inside) => ({
      outcome: (await inside.listens(port)) ? 'ok' : 'failure',
      message: 'knocked inside',
    }),
  },
} satisfies ProbeKind<Knock>
