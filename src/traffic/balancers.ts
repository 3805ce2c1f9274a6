import type * as z from 'zod'
import { edgesOf } from './chosen.js'
import { command } from './command/declared.js'
import { haproxy } from './haproxy/declared.js'
import { none } from './none/declared.js'

/** Every balancer that a host may have; the first is the default. */
export const BALANCERS = [haproxy, none, command] as const

/** Of a host: which balancer, and what it was told. */
export type EdgeChoice = z.output<(typeof BALANCERS)[number]['normalised']>
/** The name of a balancer. */
export type BalancerName = EdgeChoice['kind']

/** All that is known of balancers follows from here. */
export const EDGES = edgesOf<EdgeChoice>(BALANCERS)
