import { addErrors, noErrors, type ErrorEvidence } from './sequential.js'
import { addLatency, noLatency, type LatencyEvidence } from './rank.js'
import type { Observation } from './observation.js'
import { closedWindows } from './windows.js'

/**
 * All that is known of a canary from the windows that are over: plain data of a fixed size, to be handed from one look to the
 * next, from one step to the next, and to the worker that takes over.
 */
export interface Evidence {
  errors: ErrorEvidence
  latency: LatencyEvidence
}

export const noEvidence = (): Evidence => ({ errors: noErrors(), latency: noLatency() })

/**
 * Adds the windows that are over by now. Requests of windows that were added before are left alone, so the same requests may be
 * given again; given twice at the same time they would count twice.
 *
 * @param observations - in the order in which the edge lists them
 * @param options.slowdownPercent - by how much a canary may be slower than the stable set; null: its speed is not compared
 */
export function collect(
  evidence: Evidence,
  observations: readonly Observation[],
  { slowdownPercent }: { slowdownPercent: number | null },
): Evidence {
  return {
    errors: addErrors(evidence.errors, closedWindows(observations, evidence.errors.throughMs, ERROR_WINDOW)),
    latency:
      slowdownPercent === null
        ? evidence.latency
        : addLatency(
            evidence.latency,
            closedWindows(observations, evidence.latency.throughMs, LATENCY_WINDOW),
            slowdownPercent,
          ),
  }
}

/** Short, so that an error rate that changes is the same for both sides within it; of 20 requests, little is lost by windows. */
const ERROR_WINDOW = { leastMs: 1_000, least: 20 }
/** Longer: requests of one moment are slow together, and a short hiccup of one instance is one window. */
const LATENCY_WINDOW = { leastMs: 5_000, least: 100 }
