import type { Ours } from '../../src/plan/planned-change.js'
import { ALL_PROJECTS, observeHosts } from '../observe.js'
import { storageOf } from '../volumes.js'
import type { Inspection } from './inspection.js'

/** Instances and volumes with our labels that no topology claims, or no instance of it, in all projects. */
export const inspectOrphans: Inspection<'orphans'> = async (deps, { hosts, claimed }, signal) => {
  const observed = await observeHosts(deps.executorFor, hosts, ALL_PROJECTS, signal)
  const isClaimed = (topology: string, project: string | null): boolean =>
    claimed.some((by) => by.topology === topology && by.project === project)
  const instances = observed
    .filter((i): i is Ours => i.labels !== null && i.labels.role !== 'edge')
    .filter((i) => !isClaimed(i.labels.topology, i.project ?? null))
    .map(({ host, name, project, labels: { topology, resource }, createdAt }) => ({
      host,
      name,
      topology,
      resource,
      createdAt,
      ...(project === undefined ? {} : { project }),
    }))
  const storage = await storageOf(deps.executorFor, hosts, undefined, signal)
  const volumes = storage.flatMap(({ volumes: all }) =>
    all.flatMap(({ host, pool, name, project, topology, resource, createdAt, usedBy, replica }) => {
      const own = project === 'default' ? null : project
      // What a topology has that no instance of it has was kept when it was no longer declared.
      if (topology === null || (isClaimed(topology, own) && (usedBy.length > 0 || replica))) return []
      return [{ host, name, topology, resource, createdAt, pool, ...(own === null ? {} : { project: own }) }]
    }),
  )
  return [...instances, ...volumes]
}
