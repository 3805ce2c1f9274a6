import { setTimeout as sleep } from 'node:timers/promises'
import { probe } from '../src/health/probe.js'
import { HealthWatch } from '../src/health/watch.js'
import { oursOf } from '../src/plan/ours.js'
import type { Host } from '../src/topology/model.js'
import type { Activities, Seen } from '../src/contracts/index.js'
import type { ActivityDeps } from './deps.js'
import { observeHosts } from './observe.js'
import { knowSecrets, maskedText } from './secrets.js'
import { step } from './step.js'

/** Seeing between operations whether instances are healthy. */
export function healthWatchActivities(deps: ActivityDeps): Pick<Activities, 'watchHealth'> {
  return {
    watchHealth: step(async ({ topology, forMs, ...input }, signal): Promise<Seen | null> => {
      const { hosts, project } = input.revision.topology
      const via = (host: string): Host => {
        const found = hosts[host]
        if (found === undefined) throw new Error(`no host ${host}`)
        return found
      }
      const watch = new HealthWatch(
        {
          now: () => Date.now(),
          list: async (host) => {
            const observed = await observeHosts(deps.executorFor, { [host]: via(host) }, project, signal)
            return oursOf(topology, observed)
          },
          probe: async ({ ours: { host, addresses }, spec }) => {
            const target = { spec, executor: deps.executorFor(host, via(host)), address: addresses[0] ?? null }
            const result = await probe(spec.healthcheck.probe, target, {
              timeoutMs: spec.healthcheck.timeoutMs,
              signal,
            })
            // It goes into a history, and what an app answers may be a secret of its own.
            if (result.outcome === 'failure') await knowSecrets(spec, deps, signal)
            return { outcome: result.outcome, message: maskedText(result.message) }
          },
        },
        input,
      )
      for (const until = Date.now() + forMs; ;) {
        const seen = await watch.round()
        if (seen !== null || Date.now() >= until) return seen
        await sleep(Math.min(watch.restMs, Math.max(0, until - Date.now())), undefined, { signal })
      }
    }),
  }
}
