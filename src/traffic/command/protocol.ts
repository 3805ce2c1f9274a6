import * as z from 'zod'
import type { Claims, RequestSample, ServerStats, TopologyRoutes } from '../model.js'

/*
 * What a balancer command is asked and answers (docs/balancers.md). What it answers is somebody else's: everything is checked, and
 * keys that we do not know are left out.
 */

/** Of a request; another one is for another protocol. */
export const PROTOCOL = 1

const text = () => z.string().max(4_096)
const count = () => z.number().nonnegative()
const protocol = z.enum(['http', 'https', 'tcp'])
const port = () => z.int().min(1).max(65_535)

/** An answer without content. */
export const done = z.object({})

/** Of a program that has no such numbers. */
const unsupported = z.object({ unsupported: z.literal(true) })

const routes: z.ZodType<TopologyRoutes> = z.object({
  topology: text(),
  routes: z.array(
    z.object({
      as: port(),
      protocol,
      host: text().nullable(),
      // Keys were given to it and need not come back.
      certificate: z
        .object({ certPem: z.string() })
        .transform(({ certPem }) => ({ certPem, keyPem: '' }))
        .nullable(),
      pool: text(),
    }),
  ),
  pools: z.array(
    z.object({
      name: text(),
      protocol: z.enum(['http', 'tcp']),
      sticky: z.boolean(),
      servers: z.array(
        z.object({
          name: text(),
          address: text(),
          port: port(),
          weight: z.int().min(0).max(256),
          state: z.enum(['ready', 'drain']),
        }),
      ),
      check: z
        .object({
          scheme: z.enum(['http', 'https']),
          port: port(),
          path: text(),
          expectedStatus: z.int().nullable(),
          intervalMs: count(),
          timeoutMs: count(),
        })
        .optional(),
    }),
  ),
})

/** null: it knows nothing of the topology. */
export const current = z.object({ routes: routes.nullable() })

export const claims: z.ZodType<Claims> = z.object({
  routes: z.array(z.object({ topology: text(), as: port(), host: text().nullable(), protocol })),
  taken: z.array(port()),
})

const serverStats: z.ZodType<ServerStats> = z.object({
  pool: text(),
  server: text(),
  weight: count(),
  state: z.enum(['ready', 'drain', 'maint', 'down']),
  currentSessions: count(),
  totalRequests: count(),
  responses2xx: count(),
  responses3xx: count(),
  responses4xx: count(),
  responses5xx: count(),
  averageTotalMs: count(),
})

export const stats = z.union([unsupported, z.object({ servers: z.array(serverStats) })])

const sample: z.ZodType<RequestSample> = z.object({
  at: z.number(),
  pool: text(),
  server: text().nullable(),
  status: z.int().nullable(),
  totalMs: count(),
})

export const requests = z.union([unsupported, z.object({ requests: z.array(sample) })])

export const drained = z.object({ cut: z.int().nonnegative() })
