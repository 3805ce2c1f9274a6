import { command } from './command.js'
import { grpc } from './grpc.js'
import { http } from './http.js'
import { kindsOf, type ProbeOf } from './kinds.js'
import { tcp } from './tcp.js'

/** Every kind of probe, in the order in which they are named. */
export const KINDS = [http, tcp, grpc, command] as const

/** What is asked of an instance. */
export type Probe = ProbeOf<(typeof KINDS)[number]>

/** All that is known of probes follows from here. */
export const PROBES = kindsOf(KINDS)
