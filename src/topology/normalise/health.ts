import { PROBES } from '../../health/probes/registry.js'
import { BOOT_MS, DEFAULTS, ERROR_LIMIT } from '../defaults.js'
import type { Healthcheck } from '../model.js'
import type { FullDeclaration } from '../schema/topology.js'
import { milliseconds } from '../values.js'

/** A health check with its defaults in place. */
export type HealthDeclaration = NonNullable<FullDeclaration['resources'][string]['healthcheck']>

/** Null when there is nothing to probe: the checks report it. */
export function healthcheck(declared: HealthDeclaration): Healthcheck | null {
  const probe = PROBES.read(declared)
  if (probe === null) return null
  const times = {
    intervalMs: milliseconds(declared.interval),
    timeoutMs: milliseconds(declared.timeout),
    retries: declared.retries ?? DEFAULTS.retries,
    errorLimit: ERROR_LIMIT,
    minHealthyMs: milliseconds(declared.minHealthyTime),
  }
  const { unhealthy } = declared
  return {
    probe,
    ...times,
    deadlineMs: deadline(declared, times),
    ...(unhealthy === undefined
      ? {}
      : { unhealthy: { restart: unhealthy.restart, withinMs: milliseconds(unhealthy.within), then: unhealthy.then } }),
  }
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
