import * as z from 'zod'
import { port, section, whole } from '../../topology/schema/words.js'
import type { Finding } from '../model.js'
import type { ProbeKind } from './kind.js'

export interface HttpProbe {
  kind: 'http'
  scheme: 'http' | 'https'
  port: number
  path: string
  expectedStatus: number | null
}

const options = {
  expectedStatus: whole(100, 599).optional().describe('HTTP status that counts as healthy; any 2xx when absent'),
}

/** GET; any 2xx will do unless a status is expected. */
export const http = {
  kind: 'http',
  written: {
    by: 'endpoint',
    schemes: { http: 80, https: 443 },
    form: 'http(s)://localhost:PORT/path',
    read: ({ scheme, port, path }, { expectedStatus }) => ({
      kind: 'http',
      scheme: scheme === 'https' ? 'https' : 'http',
      port,
      path,
      expectedStatus: typeof expectedStatus === 'number' ? expectedStatus : null,
    }),
    write: ({ scheme, port, path, expectedStatus }) => ({
      endpoint: `${scheme}://localhost:${port}${path}`,
      ...(expectedStatus === null ? {} : { expectedStatus }),
    }),
  },
  options,
  normalised: section({
    kind: z.literal('http'),
    scheme: z.enum(['http', 'https']),
    port: port(),
    path: z.string().regex(/^\/[^\s\p{Cc}]*$/u, { error: 'the path of a URL' }),
    expectedStatus: whole(100, 599).nullable(),
  }),
  asked: {
    from: 'network',
    port: ({ port }) => port,
    ask: async (probe, network) => judged(await network.get(probe), probe.expectedStatus),
    askInside: async (probe, inside) => {
      const status = await inside.get(probe)
      return typeof status === 'number' ? judged(status, probe.expectedStatus) : UNANSWERED[status](probe.port)
    },
  },
  balancer: ({ scheme, port, path, expectedStatus }) => ({ scheme, port, path, expectedStatus }),
} satisfies ProbeKind<HttpProbe>

function judged(status: number, expected: number | null): Finding {
  const ok = expected === null ? status >= 200 && status < 300 : status === expected
  const message = `HTTP ${status}`
  if (ok) return { outcome: 'ok', message }
  return { outcome: 'failure', message: expected === null ? message : `${message}, expected ${expected}` }
}

const UNANSWERED: Record<'noAnswer' | 'noProgram' | 'lost', (port: number) => Finding> = {
  noAnswer: (port) => ({ outcome: 'failure', message: `no answer on port ${port}` }),
  noProgram: () => ({ outcome: 'error', message: 'the image has no curl, wget or nc to probe with' }),
  // Now and then Incus loses what was said.
  lost: () => ({ outcome: 'error', message: 'the probe inside the instance returned nothing' }),
}
