import { BOOT_MS, DEFAULTS, ERROR_LIMIT } from '../defaults.js'
import type { Healthcheck, Probe } from '../model.js'
import { parseEndpoint } from '../probe.js'
import type { FullDeclaration } from '../schema/topology.js'
import { milliseconds } from '../values.js'

/** A health check with its defaults in place. */
export type HealthDeclaration = NonNullable<FullDeclaration['resources'][string]['healthcheck']>

/** Null when there is nothing to probe: the checks report it. */
export function healthcheck(declared: HealthDeclaration): Healthcheck | null {
  const probe = probeOf(declared)
  if (probe === null) return null
  const times = {
    intervalMs: milliseconds(declared.interval),
    timeoutMs: milliseconds(declared.timeout),
    retries: declared.retries ?? DEFAULTS.retries,
    errorLimit: ERROR_LIMIT,
    minHealthyMs: milliseconds(declared.minHealthyTime),
  }
  return { probe, ...times, deadlineMs: deadline(declared, times) }
}

function probeOf({ endpoint, command, expectedStatus }: HealthDeclaration): Probe | null {
  if (endpoint !== undefined) return parseEndpoint(endpoint, expectedStatus ?? null)
  return command === undefined ? null : { kind: 'command', command }
}

/** Who says how often to try has said how long to wait. */
function deadline(
  { deadline, retries }: HealthDeclaration,
  times: Pick<Healthcheck, 'intervalMs' | 'timeoutMs' | 'retries' | 'minHealthyMs'>,
): number {
  if (deadline !== undefined) return milliseconds(deadline)
  if (retries === undefined) return milliseconds(DEFAULTS.deadline)
  return times.minHealthyMs + BOOT_MS + times.retries * (times.intervalMs + times.timeoutMs)
}
