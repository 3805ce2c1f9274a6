import { setTimeout as sleep } from 'node:timers/promises'
import { Context } from '@temporalio/activity'
import type { HealthReport, ProbeResult } from '../src/health/model.js'
import { PROBES } from '../src/health/probes/registry.js'
import { waitHealthy } from '../src/health/wait-healthy.js'
import type { Healthcheck } from '../src/topology/model.js'
import type { HostExecutor } from '../src/hosts/executor.js'
import { lookAt } from '../src/instances/look.js'
import { withLastLogs } from '../src/releases/last-logs.js'
import type { Activities } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { knowSecrets, maskedText } from './secrets.js'
import { step } from './step.js'
import { plural } from '../src/plural.js'

/** Waiting until instances are healthy, and seeing that they still are. */
export function healthActivities(deps: ActivityDeps): Pick<Activities, 'waitUntilHealthy' | 'confirmHealthy'> {
  return {
    waitUntilHealthy: step(async ({ spec, host, via }, signal, memory) => {
      const executor = deps.executorFor(host, via)
      let address: string | null = null
      const find = async (): Promise<string | null> => {
        const found = await lookAt(executor, { host, name: spec.name, project: spec.project }, signal)
        return (address = found?.addresses[0] ?? null)
      }
      try {
        const onProbe = (result: ProbeResult, report: HealthReport): void => {
          if (spec.healthcheck === null) return
          const words = lastProbe(spec.healthcheck, result, report)
          memory.says({ words, ms: report.waitedMs, mostMs: spec.healthcheck.deadlineMs })
        }
        const report = await waitHealthy({ spec, executor, address: find, waitedMs: waitedBefore(), signal, onProbe })
        if (address === null) address = await anAddress(find, spec.expose.length > 0 ? ADDRESS_MS : 0, signal)
        return { address, report }
      } catch (error) {
        await knowSecrets(spec, deps, signal)
        throw await lastWords(error, executor, spec, signal)
      }
    }),

    confirmHealthy: step(async ({ instances, host, via }, signal) => {
      const executor = deps.executorFor(host, via)
      await Promise.all(
        instances.map(async ({ spec, address }) => {
          const addresses = [address]
          const find = async (): Promise<string | null> =>
            addresses.pop() ?? (await lookAt(executor, { ...spec, host }, signal))?.addresses[0] ?? null
          try {
            await waitHealthy({ spec, executor, address: find, proven: true, signal })
          } catch (error) {
            // Without its secrets, which would make a payload of many instances large: what is known is masked.
            throw await lastWords(error, executor, spec, signal)
          }
        }),
      )
    }),
  }
}

/**
 * `http://localhost:4000/health: HTTP 500, 12 probes`. What a command printed and what a gRPC server says in words stays out: it may be a
 * secret that another worker placed.
 */
export function lastProbe(
  check: Pick<Healthcheck, 'probe'>,
  { message }: Pick<ProbeResult, 'message'>,
  { successes, failures, errors }: Pick<HealthReport, 'successes' | 'failures' | 'errors'>,
): string {
  const [said = message] = SPEAKING.has(check.probe.kind) ? message.split(':') : []
  return `${PROBES.brief(check.probe)}: ${maskedText(said)}, ${plural(successes + failures + errors, 'probe')}`
}

/** Kinds whose answer may have words of the app's own, after a colon. */
const SPEAKING: ReadonlySet<string> = new Set(['command', 'grpc'] satisfies Healthcheck['probe']['kind'][])

/** A worker that dies in a wait shall not begin it anew; both times are the server's. */
function waitedBefore(): number {
  const { currentAttemptScheduledTimestampMs, scheduledTimestampMs } = Context.current().info
  return Math.max(0, currentAttemptScheduledTimestampMs - scheduledTimestampMs)
}

/** How long an instance that shall take traffic may be without an address, ms. */
const ADDRESS_MS = 30_000
/** ms between two looks for it; DHCP takes some 300. */
const ADDRESS_LOOK_MS = 100

async function anAddress(
  find: () => Promise<string | null>,
  forMs: number,
  signal: AbortSignal,
): Promise<string | null> {
  const until = Date.now() + forMs
  for (;;) {
    const address = await find()
    if (address !== null || Date.now() >= until) return address
    await sleep(ADDRESS_LOOK_MS, undefined, { signal })
  }
}

async function lastWords(
  error: unknown,
  executor: HostExecutor,
  spec: Parameters<typeof withLastLogs>[2],
  signal: AbortSignal,
): Promise<unknown> {
  return signal.aborted ? error : withLastLogs(error, executor, spec)
}
