import type { Ours } from '../../src/plan/work.js'
import { ALL_PROJECTS, observeHosts } from '../observe.js'
import type { Inspection } from './inspection.js'

/** Instances with our labels that no topology claims, in all projects. */
export const inspectOrphans: Inspection<'orphans'> = async (deps, { hosts, claimed }, signal) => {
  const observed = await observeHosts(deps.executorFor, hosts, ALL_PROJECTS, signal)
  return observed
    .filter((i): i is Ours => i.labels !== null && i.labels.role !== 'edge')
    .filter((i) => !claimed.some((by) => by.topology === i.labels.topology && by.project === (i.project ?? null)))
    .map(({ host, name, project, labels: { topology, resource }, createdAt }) => ({
      host,
      name,
      topology,
      resource,
      createdAt,
      ...(project === undefined ? {} : { project }),
    }))
}
