import type { ReplicaRestore } from '../src/contracts/index.js'
import { already } from '../src/instances/already.js'
import { setConfig, stopInstance } from '../src/incus/index.js'
import { LABEL_PREFIX } from '../src/plan/labels.js'
import type { ObservedInstance } from '../src/plan/model.js'
import { staleOriginals } from '../src/plan/replication/stale.js'
import type { Host } from '../src/topology/model.js'
import type { ActivityDeps } from './deps.js'

interface Found {
  topology: string
  project: string | null
  hosts: Record<string, Host>
  found: ObservedInstance[]
  restores: readonly ReplicaRestore[]
  dirty: readonly string[]
}

/**
 * Stops what a restored copy has taken the place of, and puts it aside with its data: its host was away meanwhile.
 * @returns the others
 */
export async function withoutStale(
  deps: ActivityDeps,
  { topology, project, hosts, found, restores, dirty }: Found,
  signal: AbortSignal,
): Promise<ObservedInstance[]> {
  const stale = staleOriginals(topology, found, { restores, dirty })
  for (const { host, name } of stale) {
    const via = hosts[host]
    if (via === undefined) continue
    const executor = deps.executorFor(host, via)
    const where = { project }
    await already('ALREADY_EXISTS', () => executor.run(stopInstance(name, { ...where, force: true }), { signal }))
    const aside = { [`${LABEL_PREFIX}role`]: 'old', 'boot.autostart': 'false' }
    await executor.run(setConfig(name, aside, where), { signal })
    deps.log.warn({ topology, instance: name, host }, 'stopped an original that was restored on another host')
  }
  return found.filter((each) => !stale.some(({ host, name }) => host === each.host && name === each.name))
}
