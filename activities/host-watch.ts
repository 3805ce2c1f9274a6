import { setTimeout as sleep } from 'node:timers/promises'
import type { Activities, HostChange, HostRecord, HostsSeen } from '../src/contracts/index.js'
import { Cul8erError, messageOf } from '../src/errors.js'
import { afterLook } from '../src/hosts/signs.js'
import { serverInfo } from '../src/incus/index.js'
import type { Host } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'
import { step } from './step.js'

/** Between two looks at a host, ms. */
const REST_MS = 1_000
/** A host that answers no sooner gave no sign, ms. */
const ANSWER_MS = 3_000

/** Seeing whether the hosts of a topology are there. */
export function hostWatchActivities(deps: ActivityDeps): Pick<Activities, 'watchHosts'> {
  return {
    watchHosts: step(async ({ hosts, known, deadAfterMs, forMs }, signal, memory): Promise<HostsSeen | null> => {
      // A worker that takes over goes on where the last one was: its silence is no silence of the hosts.
      let records = (memory.kept as Record<string, HostRecord> | undefined) ?? known
      for (const until = Date.now() + forMs; ;) {
        const before = records
        records = Object.fromEntries(
          await Promise.all(
            Object.entries(hosts).map(async ([name, host]): Promise<[string, HostRecord]> => {
              const began = new Date().toISOString()
              const silence = await silenceOf(deps, { name, host }, signal)
              const look = { began, ended: new Date().toISOString(), silence }
              return [name, afterLook(before[name], look, { deadAfterMs })]
            }),
          ),
        )
        memory.keep(records)
        const changes = changesBetween(before, records)
        if (changes.length > 0) return { hosts: records, changes }
        if (Date.now() >= until) return null
        await sleep(REST_MS, undefined, { signal })
      }
    }),
  }
}

/** Why a host gives no sign; null: it gives one. An answer that is not the wanted one is a sign too. */
async function silenceOf(
  deps: ActivityDeps,
  { name, host }: { name: string; host: Host },
  signal: AbortSignal,
): Promise<string | null> {
  try {
    await deps.executorFor(name, host).run(serverInfo(), { signal, timeoutMs: ANSWER_MS })
    return null
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Cul8erError && SILENCE.has(error.code) ? messageOf(error) : null
  }
}

const SILENCE: ReadonlySet<string> = new Set(['UNREACHABLE', 'TIMEOUT'])

const changesBetween = (
  before: Readonly<Record<string, HostRecord>>,
  now: Readonly<Record<string, HostRecord>>,
): HostChange[] =>
  Object.entries(now).flatMap(([host, { state: to, since: at, cause }]) => {
    const from = before[host]?.state ?? 'alive'
    return from === to ? [] : [{ host, from, to, at, ...(cause === undefined ? {} : { cause }) }]
  })
