import * as z from 'zod'
import type { Change } from '../plan/model.js'
import { section } from '../topology/schema/words.js'
import { newRevision } from './exported-state.js'

const change: z.ZodType<Change> = section({
  action: z.enum(['create', 'update', 'replace', 'move', 'delete', 'start']),
  resource: z.string(),
  instance: z.string(),
  host: z.string(),
  site: z.string().optional(),
  reasons: z.array(z.string()),
  drift: z.boolean(),
  placement: z.string().optional(),
  replaces: z.string().optional(),
  live: z.boolean().optional(),
  restart: z.boolean().optional(),
  image: section({ name: z.string(), from: z.string(), to: z.string() }).optional(),
})

/** A saved plan as it comes back from a file. How its changes are carried out is shown and not obeyed: it may be anything. */
export const exportedPlan = section({
  format: z.literal('cul8er-plan-1'),
  topology: z.string(),
  declared: z.string(),
  fingerprint: z.string(),
  revision: newRevision,
  plan: section({
    topology: z.string(),
    changes: z.array(change),
    empty: z.boolean(),
    fingerprint: z.string(),
    notes: z.array(z.string()),
    procedure: z.unknown().optional(),
    standby: section({ instances: z.array(z.string()), forMs: z.number() }).optional(),
    edges: z.array(section({ host: z.string(), instance: z.string(), image: z.string() })).optional(),
    copies: z
      .array(
        section({
          image: z.string(),
          host: z.string(),
          project: z.string().nullable(),
          from: z.string().nullable(),
          fingerprint: z.string(),
          sizeBytes: z.number(),
          properties: z.record(z.string(), z.string()),
        }),
      )
      .optional(),
    downloads: z.array(section({ image: z.string(), host: z.string() })).optional(),
  }),
  without: z.array(z.string()).optional(),
  refreshImages: z.boolean().optional(),
  mac: z.string().optional(),
})
