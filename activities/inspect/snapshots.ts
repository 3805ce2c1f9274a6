import { oursOf } from '../../src/plan/ours.js'
import { observeHosts } from '../observe.js'
import type { Inspection } from './inspection.js'

/** Snapshots of a topology's instances. */
export const inspectSnapshots: Inspection<'snapshots'> = async (deps, { topology, hosts, project }, signal) => {
  const observed = await observeHosts(deps.executorFor, hosts, project, signal)
  return oursOf(topology, observed).flatMap(({ host, name: instance, labels: { resource }, snapshots: all }) =>
    all.map(({ name, createdAt }) => ({ host, instance, resource, name, createdAt })),
  )
}
