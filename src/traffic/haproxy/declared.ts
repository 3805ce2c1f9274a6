import * as z from 'zod'
import { section } from '../../topology/schema/words.js'
import type { Balancer } from '../balancer.js'

/** HAProxy in an instance of its own. */
export const haproxy = {
  kind: 'haproxy',
  summary: 'HAProxy in an instance of its own',
  normalised: section({ kind: z.literal('haproxy') }),
} satisfies Balancer<{ kind: 'haproxy' }>
