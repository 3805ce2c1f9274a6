import { setTimeout as sleep } from 'node:timers/promises'
import type { Activities, HostChange, HostRecord, HostsSeen } from '../src/contracts/index.js'
import { Cul8erError, messageOf, NO_ANSWER } from '../src/errors.js'
import { afterLook, type HostLook } from '../src/hosts/signs.js'
import { isWithoutIncus } from '../src/incus/errors.js'
import { serverInfo } from '../src/incus/index.js'
import type { Host } from '../src/topology/model.js'
import { durationWords } from '../src/topology/units.js'
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
          const found = await lookAt(deps, { name, host }, either)
          const before = records[name]
          const now = afterLook(before, { began, ended: new Date().toISOString(), ...found }, { deadAfterMs })
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

/**
 * Whether a host gives a sign. An answer that is not the wanted one is a sign too. One bound holds for all of it, the connecting and the
 * waiting for others included.
 */
async function lookAt(
  deps: ActivityDeps,
  { name, host }: { name: string; host: Host },
  signal: AbortSignal,
): Promise<Pick<HostLook, 'silence' | 'withoutIncus'>> {
  const bound = AbortSignal.timeout(ANSWER_MS)
  const either = AbortSignal.any([signal, bound])
  try {
    await deps.executorFor(name, host).run(serverInfo(), { signal: either, timeoutMs: ANSWER_MS, ahead: true })
    return { silence: null }
  } catch (error) {
    signal.throwIfAborted()
    if (bound.aborted) return { silence: `no answer within ${durationWords(ANSWER_MS)}` }
    if (!(error instanceof Cul8erError) || !NO_ANSWER.has(error.code)) return { silence: null }
    return { silence: messageOf(error), withoutIncus: isWithoutIncus(error) }
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
