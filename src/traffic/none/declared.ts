import * as z from 'zod'
import { section } from '../../topology/schema/words.js'
import type { Balancer } from '../balancer.js'

/** A host without a balancer. */
export const none = {
  kind: 'none',
  summary: 'no balancer: nothing on the host can be exposed',
  normalised: section({ kind: z.literal('none') }),
  opensNoPorts: true,
} satisfies Balancer<{ kind: 'none' }>
