import { setTimeout as sleep } from 'node:timers/promises'
import type { Activities, HostChange, HostRecord, HostsSeen } from '../src/contracts/index.js'
import { Cul8erError, messageOf, NO_ANSWER } from '../src/errors.js'
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
      const over = new AbortController()
      const either = AbortSignal.any([signal, over.signal])
      let changes: HostChange[] = []
      // Each at its own pace: one that takes long to be silent must not keep the others from being looked at.
      const watch = async (name: string, host: Host): Promise<void> => {
        for (const until = Date.now() + forMs; !over.signal.aborted;) {
          const began = new Date().toISOString()
          const silence = await silenceOf(deps, { name, host }, either)
          const before = records[name]
          const now = afterLook(before, { began, ended: new Date().toISOString(), silence }, { deadAfterMs })
          records = { ...records, [name]: now }
          memory.keep(records)
          changes = [...changes, ...changed(name, before, now)]
          if (changes.length > 0 || Date.now() >= until) over.abort()
          else await sleep(REST_MS, undefined, { signal: either })
        }
      }
      await Promise.all(
        Object.entries(hosts).map(([name, host]) =>
          watch(name, host).catch((error: unknown) => {
            signal.throwIfAborted()
            if (!over.signal.aborted) throw error
          }),
        ),
      )
      return changes.length > 0 ? { hosts: records, changes } : null
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
    return error instanceof Cul8erError && NO_ANSWER.has(error.code) ? messageOf(error) : null
  }
}

function changed(
  host: string,
  before: HostRecord | undefined,
  { state: to, since: at, cause }: HostRecord,
): HostChange[] {
  const from = before?.state ?? 'alive'
  return from === to ? [] : [{ host, from, to, at, ...(cause === undefined ? {} : { cause }) }]
}
