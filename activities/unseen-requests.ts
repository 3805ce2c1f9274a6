import { exposes, judgesByRequests, unseenRequests } from '../src/plan/balancers.js'
import type { Revision } from '../src/plan/model.js'
import type { Host } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'

/**
 * A canary that nobody could judge is refused before anything is made. Balancers of our own tell of requests; others are asked. One that
 * cannot be asked is no reason to refuse a plan.
 * @returns what `force` went on in spite of, in words
 * @throws Cul8erError NOT_SUPPORTED_YET
 */
export async function refuseUnseenRequests(
  deps: ActivityDeps,
  { topology }: Revision,
  { hosts, force }: { hosts: Record<string, Host>; force: boolean },
): Promise<string[]> {
  if (!judgesByRequests(topology)) return []
  const notes: string[] = []
  for (const [name, host] of Object.entries(hosts)) {
    if (host.edge === undefined || !exposes(topology, name)) continue
    const seen = await deps
      .edgeFor(name, host)
      .requests(topology.name, { sinceMs: Date.now() })
      .catch((error: unknown) => {
        deps.log.warn({ error: String(error) }, 'the edge did not say which requests it saw')
        return []
      })
    if (seen !== null) continue
    const refusal = unseenRequests(name)
    if (!force) throw refusal
    notes.push(`${refusal.message} (--force)`)
  }
  return notes
}
