import * as z from 'zod'
import { DEFAULTS } from '../defaults.js'
import { MOST_REPLICAS } from '../limits.js'
import { duration, section, whole } from './words.js'

const SHARE = "a share of limits.cpu such as '70%', from '1%' to '100%'"
const RATE = "requests per second and instance, such as '200/s'"

const target = section({
  cpu: z
    .string({ error: SHARE })
    .regex(/^([1-9]\d?|100)%$/, { error: SHARE })
    .optional()
    .meta({ defaultText: 'not looked at', description: 'Share of `limits.cpu` that an instance is to use' }),
  requests: z
    .string({ error: RATE })
    .regex(/^[1-9]\d{0,6}\/s$/, { error: RATE })
    .optional()
    .meta({ defaultText: 'not looked at', description: 'Requests per second that an instance is to answer' }),
})

/** How many instances by load; `check/scaling.ts` sees that the bounds and the target go together. */
export const scaling = section({
  min: whole(1, MOST_REPLICAS).describe('Never fewer instances'),
  max: whole(1, MOST_REPLICAS).describe('Never more instances'),
  target: target.describe('What one instance is to bear; exactly one of the two'),
  coolDown: duration()
    .default(DEFAULTS.coolDown)
    .describe('How long fewer instances must have been enough before any is removed'),
})
